namespace Hone.Models.Nn;

/// <summary>Frequencies of a rotary embedding for texts of a given length.</summary>
/// <remarks>
/// <c>f_i = θ^(−2i/d)</c>, changed by the scaling: linear <c>f/s</c>; dynamic <c>θ' = θ·(s·n/max − s + 1)^(d/(d−2))</c> for texts of n > max positions;
/// yarn and llama3 blend <c>f/s</c> and <c>f</c> by the rotations that a frequency makes within the original length; longrope <c>f_i/λ_i</c>.
/// Source: Su et al., arXiv:2104.09864; Peng et al., YaRN, arXiv:2309.00071, section 3; Ding et al., LongRoPE, arXiv:2402.13753; the Llama 3.1 model
/// card's code; transformers 5, <c>modeling_rope_utils.py</c>.
/// </remarks>
internal sealed class RopeFrequencies
{
    private readonly RopeParameters _parameters;
    private readonly int _dim;

    public RopeFrequencies(RopeParameters parameters, int headDim)
    {
        _parameters = parameters;
        _dim = (int)(headDim * parameters.PartialRotaryFactor) & ~1;
        AttentionFactor = AttentionFactorOf(parameters);
    }

    /// <summary>Factor of cosine and sine.</summary>
    public double AttentionFactor { get; }

    /// <summary>How the frequencies change with the length of the text; nothing when they do not.</summary>
    public RotaryLengthRule? LengthRule => _parameters.RopeType switch
    {
        RopeType.Dynamic => new RotaryLengthRule(_parameters.MaxPositionEmbeddings, IsGradual: true),
        RopeType.LongRope => new RotaryLengthRule(_parameters.OriginalMaxPositionEmbeddings, IsGradual: false),
        _ => null,
    };

    /// <summary>Names the set of frequencies that a text of <paramref name="length"/> positions needs; equal numbers mean equal frequencies.</summary>
    public int RegimeOf(int length) => _parameters.RopeType switch
    {
        RopeType.Dynamic => Math.Max(length, _parameters.MaxPositionEmbeddings),
        RopeType.LongRope => length > _parameters.OriginalMaxPositionEmbeddings ? 1 : 0,
        _ => 0,
    };

    /// <summary>Angle a position adds, for each pair of elements.</summary>
    public float[] Inverse(int regime) => _parameters.RopeType switch
    {
        RopeType.Linear => Array.ConvertAll(Plain(_parameters.RopeTheta), f => (float)(f / _parameters.Factor)),
        RopeType.Dynamic => Plain(DynamicTheta(regime)),
        RopeType.Yarn => Yarn(),
        RopeType.Llama3 => Array.ConvertAll(Plain(_parameters.RopeTheta), Llama3),
        RopeType.LongRope => Divided(regime == 1 ? _parameters.LongFactor : _parameters.ShortFactor),
        _ => Plain(_parameters.RopeTheta),
    };

    private static double AttentionFactorOf(RopeParameters p)
    {
        double Scale(double weight) => p.Factor <= 1 ? 1 : (0.1 * weight * Math.Log(p.Factor)) + 1;
        return p.RopeType switch
        {
            RopeType.Yarn => p.AttentionFactor ?? (p.Mscale is > 0 and { } m && p.MscaleAllDim is > 0 and { } all ? Scale(m) / Scale(all) : Scale(1)),
            RopeType.LongRope => p.AttentionFactor ?? (p.Factor <= 1 ? 1 : Math.Sqrt(1 + (Math.Log(p.Factor) / Math.Log(p.OriginalMaxPositionEmbeddings)))),
            _ => 1,
        };
    }

    private float[] Plain(double theta)
    {
        var inverse = new float[_dim / 2];
        for (int i = 0; i < inverse.Length; i++)
        {
            inverse[i] = 1f / (float)Math.Pow(theta, (float)(2 * i) / _dim);
        }

        return inverse;
    }

    private double DynamicTheta(int length)
    {
        double growth = (_parameters.Factor * length / _parameters.MaxPositionEmbeddings) - (_parameters.Factor - 1);
        return _parameters.RopeTheta * Math.Pow(growth, (double)_dim / (_dim - 2));
    }

    private float[] Yarn()
    {
        double low = DimensionOf(_parameters.BetaFast), high = DimensionOf(_parameters.BetaSlow);
        if (_parameters.Truncate)
        {
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        }

        (low, high) = (Math.Max(low, 0), Math.Min(high, _dim - 1));
        high = low == high ? high + 0.001 : high; // as the reference does: a ramp needs a width
        float[] inverse = Plain(_parameters.RopeTheta);
        for (int i = 0; i < inverse.Length; i++)
        {
            double divided = Math.Clamp((i - low) / (high - low), 0, 1);
            inverse[i] = (float)((inverse[i] / _parameters.Factor * divided) + (inverse[i] * (1 - divided)));
        }

        return inverse;
    }

    /// <summary>Where the frequency lies that turns <paramref name="rotations"/> times within the original length.</summary>
    private double DimensionOf(double rotations) =>
        _dim * Math.Log(_parameters.OriginalMaxPositionEmbeddings / (rotations * 2 * Math.PI)) / (2 * Math.Log(_parameters.RopeTheta));

    private float Llama3(float frequency)
    {
        double rotations = _parameters.OriginalMaxPositionEmbeddings * frequency / (2 * Math.PI);
        if (rotations < _parameters.LowFreqFactor)
        {
            return (float)(frequency / _parameters.Factor);
        }

        if (rotations > _parameters.HighFreqFactor)
        {
            return frequency;
        }

        double kept = (rotations - _parameters.LowFreqFactor) / (_parameters.HighFreqFactor - _parameters.LowFreqFactor);
        return (float)(((1 - kept) * frequency / _parameters.Factor) + (kept * frequency));
    }

    private float[] Divided(IReadOnlyList<double> divisors)
    {
        float[] inverse = Plain(_parameters.RopeTheta);
        for (int i = 0; i < inverse.Length; i++)
        {
            inverse[i] = (float)(inverse[i] / divisors[i]);
        }

        return inverse;
    }
}
