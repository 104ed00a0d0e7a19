namespace Hone.Processors.Tokenizers.PostProcessors;

/// <summary>A part of a template: one of the two texts, or tokens.</summary>
/// <param name="Sequence">0 or 1 for a text, −1 for tokens.</param>
/// <param name="Tokens">The tokens.</param>
/// <param name="TypeId">The segment number that the part gets.</param>
internal sealed record TemplatePiece(int Sequence, IReadOnlyList<(int Id, string Token)> Tokens, int TypeId);
