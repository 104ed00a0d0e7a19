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
