namespace Hone.Processors.ChatTemplates;

/// <summary>A conversation as the text that a model reads.</summary>
/// <param name="Text">The text.</param>
/// <param name="AssistantSpans">What stands inside <c>{% generation %}</c>, in the order of rendering; empty if the template marks nothing.</param>
public sealed record RenderedChat(string Text, IReadOnlyList<TextSpan> AssistantSpans);
