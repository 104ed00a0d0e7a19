namespace Hone.Curation.Synthesis;

/// <summary>The two ranges that word problems draw from.</summary>
/// <param name="Numbers">Terms of sums and differences.</param>
/// <param name="Factors">Factors, divisors, and other small numbers.</param>
internal sealed record NumberRanges(NumberRange Numbers, NumberRange Factors);
