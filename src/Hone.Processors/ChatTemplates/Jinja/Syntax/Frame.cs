using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

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
