using Hone.Core.Recipes;

namespace Hone.Training.Optimizers;

/// <summary>Muon: a momentum whose directions are all made equally long, for matrices; weight decay 0.1 unless set. Other parameters are trained by AdamW.</summary>
/// <remarks>
/// <c>b ← b + (1 − μ)(g − b)</c>; <c>u = orthogonal(μ·b + (1 − μ)·g)</c> with Nesterov's momentum, else of b; <c>p ← p·(1 − lr·wd) − lr·r·u</c> with r from <see cref="AdjustLrFn"/>.
/// The orthogonal factor comes from Newton–Schulz steps <c>X ← a·X + (b·A + c·A²)·X, A = X·Xᵀ</c>, in f32 (torch: in bf16).
/// Source: Jordan et al. 2024, Muon; Liu et al., arXiv:2502.16982.
/// </remarks>
[Optimizer("muon")]
public sealed record MuonOptions : OptimizerOptions
{
    /// <summary>The defaults.</summary>
    public MuonOptions() => WeightDecay = 0.1;

    /// <summary>Share of the momentum that is kept.</summary>
    [Range(0, 1, MaximumExcluded = true)]
    public double Momentum { get; init; } = 0.95;

    /// <summary>Whether the step looks ahead by one momentum.</summary>
    public bool Nesterov { get; init; } = true;

    /// <summary>The coefficients a, b and c of a Newton–Schulz step.</summary>
    [Count(3, 3)]
    public IReadOnlyList<double> NsCoefficients { get; init; } = [3.4445, -4.775, 2.0315];

    /// <summary>Least norm that a momentum is divided by.</summary>
    [Positive]
    public double Eps { get; init; } = 1e-7;

    /// <summary>Number of Newton–Schulz steps.</summary>
    [Range(1, 100)]
    public int NsSteps { get; init; } = 5;

    /// <summary>How the learning rate depends on the shape of a matrix.</summary>
    public MuonRateRule AdjustLrFn { get; init; } = MuonRateRule.Original;

    /// <summary>Matrices that Muon does not take, by one part of their name: tables and heads, whose rows are not directions of one space.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = ["embed_tokens", "lm_head", "wte", "wpe", "word_embeddings", "position_embeddings", "token_type_embeddings", "tok_embeddings", "score", "classifier"];

    /// <summary>AdamW for everything that is no matrix or is excluded; needed as soon as there is such a parameter.</summary>
    public MuonRestOptions? Rest { get; init; }

    /// <inheritdoc/>
    public override Optimizer Create(IReadOnlyList<ParameterGroup> groups) => new MuonOptimizer(groups, this);
}
