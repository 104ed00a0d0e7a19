namespace Hone.Tensors.Kernels.Cpu.Losses;

/// <summary>What is known of one token's logits: collected slice by slice, then turned into its loss.</summary>
internal struct CrossEntropyRow
{
    /// <summary>Row of the hidden states or logits.</summary>
    public long Token;

    /// <summary>The right class.</summary>
    public int Label;

    /// <summary>Weight of the token.</summary>
    public float Weight;

    /// <summary>Largest logit so far.</summary>
    public float Max;

    /// <summary><c>Σ e^(z − Max)</c> so far.</summary>
    public double ExponentialSum;

    /// <summary><c>Σ z</c> so far; collected under label smoothing only.</summary>
    public double LogitSum;

    /// <summary>Logit of the label, once its slice was seen.</summary>
    public float LabelLogit;

    /// <summary><c>ln Σ e^z</c>, once all slices were seen.</summary>
    public readonly double LogSumExp => Max + Math.Log(ExponentialSum);
}
