using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>Anything a template is made of. The tree that the parser builds is the one that renders, once names are bound to variables.</summary>
internal abstract class Node
{
    /// <summary>Line in the template, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>Parts in the order in which they are evaluated.</summary>
    public virtual IEnumerable<Node> Children => [];

    /// <summary>Records which names the node loads and stores in the scope it stands in.</summary>
    public virtual void Analyze(Symbols symbols)
    {
        foreach (Node child in Children)
        {
            child.Analyze(symbols);
        }
    }

    /// <summary>Connects names with variables, after <see cref="Analyze"/> of the whole scope.</summary>
    public virtual void Bind(Scope scope)
    {
        foreach (Node child in Children)
        {
            child.Bind(scope);
        }
    }
}

/// <summary>A part that has a value.</summary>
internal abstract class Expression : Node
{
    /// <summary>How deep the expression nests; bounded by the parser.</summary>
    public int Depth { get; set; } = 1;

    public abstract object? Evaluate(Frame frame);
}

/// <summary>A part that does something.</summary>
internal abstract class Statement : Node
{
    /// <summary>Steps that one execution costs: the tokens it was written with.</summary>
    public int Cost { get; set; } = 1;

    public abstract Flow Execute(Frame frame);
}

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Normal,
    Break,
    Continue,
}

/// <summary>The variables of one activation of the template, a macro, a block or a recursive loop, and where its output goes.</summary>
internal sealed class Frame
{
    public Frame(RenderState state, Frame? outer, int slots, StringBuilder output)
    {
        State = state;
        Outer = outer;
        Slots = new object?[slots];
        Array.Fill(Slots, Missing.Value);
        Output = output;
    }

    public RenderState State { get; }

    /// <summary>The activation around the definition.</summary>
    public Frame? Outer { get; }

    public object?[] Slots { get; }

    public StringBuilder Output { get; set; }

    /// <summary>The activation a number of definitions further out.</summary>
    public Frame At(int hops)
    {
        Frame frame = this;
        for (; hops > 0; hops--)
        {
            frame = frame.Outer!; // the binder counted the hops along the same definitions
        }

        return frame;
    }
}
