namespace Hone.Training.Losses;

/// <summary>The function of the two log-ratios that a <see cref="DpoLoss"/> minimises; the formulas stand there.</summary>
public enum DpoLossType
{
    /// <summary>Logistic: the DPO paper's loss.</summary>
    Sigmoid,

    /// <summary>Hinge: SLiC.</summary>
    Hinge,

    /// <summary>Squared distance to a margin, per token: IPO.</summary>
    Ipo,

    /// <summary>Logistic, corrected for a known share of swapped pairs: robust DPO.</summary>
    Robust,

    /// <summary>Logistic with smoothed labels: conservative DPO.</summary>
    Conservative,

    /// <summary>Logistic, per token.</summary>
    SigmoidNorm,

    /// <summary>Pushes chosen answers up and rejected ones down: APO for models worse than the chosen answers.</summary>
    ApoZero,

    /// <summary>Pushes both down, rejected ones more: APO for models better than the chosen answers.</summary>
    ApoDown,

    /// <summary>Binary classifier of chosen and rejected: BCO without shift.</summary>
    BcoPair,

    /// <summary>Noise-contrastive alignment of pairs.</summary>
    NcaPair,

    /// <summary>Self-play with hard labels.</summary>
    SppoHard,
}
