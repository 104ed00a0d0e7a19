using System.Globalization;

namespace Hone.Core.Recipes;

/// <summary>Requires a number or duration of zero or more.</summary>
public sealed class NonNegativeAttribute : ConstraintAttribute
{
    /// <inheritdoc/>
    public override string Description => "at least 0";

    /// <inheritdoc/>
    public override bool Allows(object value) =>
        (value is TimeSpan span ? span.TotalSeconds : Convert.ToDouble(value, CultureInfo.InvariantCulture)) >= 0;
}
