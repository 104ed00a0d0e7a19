namespace Hone.Data.Datasets;

/// <summary>How rows become tokens and labels.</summary>
public sealed record SftEncodingOptions : EncodingOptions
{
    /// <summary>The same settings as others.</summary>
    /// <param name="options">What to copy.</param>
    /// <param name="lossOn">Which tokens are trained.</param>
    internal SftEncodingOptions(EncodingOptions options, LossOn lossOn)
        : base(options)
    {
        LossOn = lossOn;
    }

    /// <summary>The defaults.</summary>
    public SftEncodingOptions()
    {
    }

    /// <summary>Which tokens are trained.</summary>
    public LossOn LossOn { get; init; } = LossOn.Auto;
}
