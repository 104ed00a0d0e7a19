namespace Hone.Processors.Tokenizers.Models;

/// <summary>A token of a Unigram model.</summary>
/// <param name="Token">Its text.</param>
/// <param name="Score">Logarithm of its probability.</param>
internal readonly record struct UnigramPiece(string Token, double Score);
