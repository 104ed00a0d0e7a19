namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>Text between tags.</summary>
internal sealed class TextNode(string text) : Node
{
    public string Text => text;
}
