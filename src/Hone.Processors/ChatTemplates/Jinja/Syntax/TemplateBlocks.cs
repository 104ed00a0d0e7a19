namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>The blocks of a template by name.</summary>
internal sealed class TemplateBlocks
{
    public Dictionary<string, BlockStatement> ByName { get; } = [];
}
