namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>A part that does something.</summary>
internal abstract class Statement : Node
{
    /// <summary>Steps that one execution costs: the tokens it was written with.</summary>
    public int Cost { get; set; } = 1;

    public abstract Flow Execute(Frame frame);
}
