using System.Collections.Immutable;

namespace Hone.Processors.ChatTemplates;

/// <summary>A conversation as the tokens that a model reads.</summary>
/// <param name="Text">The text they stand for.</param>
/// <param name="Ids">Token ids.</param>
/// <param name="Offsets">Of each token, the part of <paramref name="Text"/> it stands for.</param>
/// <param name="AssistantMask">Of each token, whether the assistant wrote it; empty if the template does not mark what the assistant wrote.</param>
public sealed record TokenizedChat(string Text, ImmutableArray<int> Ids, ImmutableArray<TextSpan> Offsets, ImmutableArray<bool> AssistantMask);
