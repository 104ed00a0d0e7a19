namespace Hone.Inference.Benchmarking;

/// <summary>What a measurement of generation gave.</summary>
/// <param name="Phase"><c>prefill</c> or <c>decode</c>.</param>
/// <param name="Batch">Texts at the same time.</param>
/// <param name="Tokens">Tokens counted in one round.</param>
/// <param name="TokensPerSecond">Median over the rounds.</param>
/// <param name="Lowest">Slowest round.</param>
/// <param name="Highest">Fastest round.</param>
public sealed record GenerationFigure(string Phase, int Batch, int Tokens, double TokensPerSecond, double Lowest, double Highest);
