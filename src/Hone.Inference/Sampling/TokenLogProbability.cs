namespace Hone.Inference.Sampling;

/// <summary>A token with its log-probability under the model: natural logarithm, before penalties, temperature and filters.</summary>
/// <param name="Token">The token's id.</param>
/// <param name="LogProbability">0 or below.</param>
/// <param name="Rank">How many tokens are at least as probable, itself included: 1 for the most probable.</param>
public readonly record struct TokenLogProbability(int Token, double LogProbability, int Rank);
