using System.Numerics;

namespace Hone.Evaluation.Graders;

/// <summary>A number that stands in a text, as an exact fraction.</summary>
/// <param name="Text">How it is written.</param>
/// <param name="Numerator">With the number's sign.</param>
/// <param name="Denominator">Greater than 0; not reduced.</param>
internal sealed record WrittenNumber(string Text, BigInteger Numerator, BigInteger Denominator)
{
    /// <summary>Whether two numbers are the same, however they are written.</summary>
    public bool Equals(WrittenNumber? other) => other is not null && Numerator * other.Denominator == other.Numerator * Denominator;

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        BigInteger divisor = BigInteger.GreatestCommonDivisor(Numerator, Denominator);
        return HashCode.Combine(Numerator / divisor, Denominator / divisor);
    }
}
