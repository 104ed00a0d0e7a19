namespace Hone.Fuzzing;

/// <summary>What a child did.</summary>
/// <param name="Inputs">Inputs parsed.</param>
/// <param name="Accepted">Inputs that were well-formed after all.</param>
/// <param name="SlowestMilliseconds">Longest processor time for one input.</param>
/// <param name="SlowestInput">Its number.</param>
internal sealed record FuzzSummary(long Inputs, long Accepted, double SlowestMilliseconds, long SlowestInput);
