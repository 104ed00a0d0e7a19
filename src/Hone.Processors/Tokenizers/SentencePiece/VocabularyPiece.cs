namespace Hone.Processors.Tokenizers.SentencePiece;

/// <summary>A piece of a SentencePiece vocabulary.</summary>
/// <param name="Text">Its text, with U+2581 for spaces.</param>
/// <param name="Score">What BPE and Unigram compare.</param>
/// <param name="Kind">What it is for.</param>
internal readonly record struct VocabularyPiece(string Text, float Score, PieceKind Kind);
