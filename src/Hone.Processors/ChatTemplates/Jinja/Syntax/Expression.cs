namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>A part that has a value.</summary>
internal abstract class Expression : Node
{
    /// <summary>How deep the expression nests; bounded by the parser.</summary>
    public int Depth { get; set; } = 1;

    public abstract object? Evaluate(Frame frame);
}
