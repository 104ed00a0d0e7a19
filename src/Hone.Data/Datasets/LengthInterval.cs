namespace Hone.Data.Datasets;

/// <summary>How many examples have a length of an interval.</summary>
/// <param name="From">The smallest length.</param>
/// <param name="To">The largest length.</param>
/// <param name="Count">How many.</param>
public readonly record struct LengthInterval(int From, int To, long Count);
