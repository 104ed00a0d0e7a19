using System.Globalization;

namespace Hone.Core.Recipes;

/// <summary>Requires a number or duration greater than zero.</summary>
public sealed class PositiveAttribute : ConstraintAttribute
{
    /// <inheritdoc/>
    public override string Description => "greater than 0";

    /// <inheritdoc/>
    public override bool Allows(object value) =>
        (value is TimeSpan span ? span.TotalSeconds : Convert.ToDouble(value, CultureInfo.InvariantCulture)) > 0;
}
