using System.Collections.Immutable;

namespace Hone.Inference.Sampling;

/// <summary>How probable the model found one token of a text, and what it would have preferred.</summary>
/// <param name="Token">The token itself.</param>
/// <param name="Alternatives">The most probable tokens at its place, best first, as many as were asked for.</param>
public sealed record TokenScore(TokenLogProbability Token, ImmutableArray<TokenLogProbability> Alternatives);
