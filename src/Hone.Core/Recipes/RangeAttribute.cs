using System.Globalization;

namespace Hone.Core.Recipes;

/// <summary>Limits a number to a range, both ends included unless said otherwise.</summary>
public sealed class RangeAttribute : ConstraintAttribute
{
    /// <summary>Limits a number from both sides; an infinite end is no limit.</summary>
    /// <exception cref="ArgumentException">The range is empty.</exception>
    public RangeAttribute(double minimum, double maximum)
    {
        if (!(minimum <= maximum))
        {
            throw new ArgumentException($"The range {minimum} to {maximum} is empty.", nameof(maximum));
        }

        Minimum = minimum;
        Maximum = maximum;
    }

    /// <summary>The smallest value.</summary>
    public double Minimum { get; }

    /// <summary>The largest value.</summary>
    public double Maximum { get; }

    /// <summary>Whether <see cref="Minimum"/> itself is not allowed.</summary>
    public bool MinimumExcluded { get; init; }

    /// <summary>Whether <see cref="Maximum"/> itself is not allowed.</summary>
    public bool MaximumExcluded { get; init; }

    /// <inheritdoc/>
    public override string Description
    {
        get
        {
            bool hasMinimum = !double.IsInfinity(Minimum), hasMaximum = !double.IsInfinity(Maximum);
            string low = $"{(MinimumExcluded ? "greater than" : "at least")} {Minimum}";
            string high = $"{(MaximumExcluded ? "less than" : "at most")} {Maximum}";
            return (hasMinimum, hasMaximum) switch
            {
                (true, true) => $"{low} and {high}",
                (true, false) => low,
                (false, true) => high,
                _ => "any number",
            };
        }
    }

    /// <inheritdoc/>
    public override bool Allows(object value)
    {
        double number = value switch
        {
            TimeSpan span => span.TotalSeconds,
            float single => double.Parse(single.ToString("R"), CultureInfo.InvariantCulture), // 0.1f is 0.1 to whoever wrote it, not 0.1000000015
            _ => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        };
        bool above = MinimumExcluded ? number > Minimum : number >= Minimum;
        bool below = MaximumExcluded ? number < Maximum : number <= Maximum;
        return above && below;
    }
}
