namespace Hone.Processors.Tokenizers;

/// <summary>A token that a model produced for a piece.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Value">Its text; for an unknown token of a Unigram model the text that was unknown.</param>
/// <param name="Start">First byte, in UTF-8 bytes of the piece.</param>
/// <param name="End">One past its last byte.</param>
internal readonly record struct ModelToken(int Id, string Value, int Start, int End);
