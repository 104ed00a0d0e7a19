using System.Numerics;

namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>Python's <c>range</c>, of at most <see cref="MaxCount"/> numbers.</summary>
internal sealed class PyRange(BigInteger start, BigInteger stop, BigInteger step)
{
    /// <summary>The sandbox of Jinja2 refuses longer ranges.</summary>
    public const int MaxCount = 100_000;

    public BigInteger Start { get; } = start;

    public BigInteger Stop { get; } = stop;

    public BigInteger Step { get; } = step;

    /// <summary>How many numbers it has.</summary>
    public BigInteger Count { get; } = CountOf(start, stop, step);

    public BigInteger At(int i) => Start + (i * Step);

    private static BigInteger CountOf(BigInteger start, BigInteger stop, BigInteger step)
    {
        BigInteger distance = step.Sign > 0 ? stop - start : start - stop;
        return distance.Sign <= 0 ? BigInteger.Zero : ((distance - 1) / BigInteger.Abs(step)) + 1;
    }
}
