namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>A piece of the template that has activations of its own: the template, a macro, a block or a recursive loop.</summary>
internal sealed class Function(Function? outer)
{
    public Function? Outer { get; } = outer;

    /// <summary>Variables of one activation.</summary>
    public int SlotCount { get; set; }
}
