namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Normal,
    Break,
    Continue,
}
