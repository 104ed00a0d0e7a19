using System.Collections.Immutable;

namespace Hone.Models.Nn;

/// <summary>How a rotary embedding's angles grow with the position; names as in <c>rope_parameters</c> of a config.</summary>
public sealed record RopeParameters
{
    /// <summary>Kind of scaling.</summary>
    public required RopeType RopeType { get; init; }

    /// <summary>Base of the frequencies.</summary>
    public required double RopeTheta { get; init; }

    /// <summary>Part of each head that is turned.</summary>
    public double PartialRotaryFactor { get; init; } = 1;

    /// <summary>How many times longer texts become than those of the first training.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Longest text of the model as it is configured.</summary>
    public required int MaxPositionEmbeddings { get; init; }

    /// <summary>Longest text of the first training; <see cref="MaxPositionEmbeddings"/> where nothing else is given.</summary>
    public required int OriginalMaxPositionEmbeddings { get; init; }

    /// <summary>Factor of cosine and sine; computed from <see cref="Factor"/> when not given (yarn, longrope).</summary>
    public double? AttentionFactor { get; init; }

    /// <summary>yarn: rotations within the original length above which a frequency is kept.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>yarn: rotations within the original length below which a frequency is divided.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>yarn: with <see cref="MscaleAllDim"/>, weights of the logarithm in the attention factor.</summary>
    public double? Mscale { get; init; }

    /// <summary>yarn: see <see cref="Mscale"/>.</summary>
    public double? MscaleAllDim { get; init; }

    /// <summary>yarn: whether the blended range begins and ends at whole dimensions.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>llama3: rotations within the original length below which a frequency is divided.</summary>
    public double LowFreqFactor { get; init; } = 1;

    /// <summary>llama3: rotations within the original length above which a frequency is kept.</summary>
    public double HighFreqFactor { get; init; } = 4;

    /// <summary>longrope: divisor of each frequency for texts within the original length.</summary>
    public ImmutableArray<double> ShortFactor { get; init; } = [];

    /// <summary>longrope: divisor of each frequency for longer texts.</summary>
    public ImmutableArray<double> LongFactor { get; init; } = [];
}
