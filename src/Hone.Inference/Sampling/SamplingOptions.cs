using System.Collections.Immutable;
using Hone.Core.Errors;

namespace Hone.Inference.Sampling;

/// <summary>How the next token is chosen from the logits; the defaults choose the most probable one.</summary>
/// <remarks>
/// Applied in this order: <see cref="RepetitionPenalty"/>, bans (<see cref="NoRepeatNgramSize"/>, <see cref="BadWords"/>, <see cref="SuppressTokens"/>),
/// <see cref="PresencePenalty"/> and <see cref="FrequencyPenalty"/>, <see cref="Temperature"/>, <see cref="TopK"/>, <see cref="TopP"/>, <see cref="MinP"/>,
/// <see cref="TypicalP"/>, <see cref="EpsilonCutoff"/>, <see cref="EtaCutoff"/>. Each filter sees the probabilities that the ones before it left.
/// Source: Hugging Face transformers <c>generation/logits_process.py</c>; presence and frequency penalty: OpenAI API reference.
/// Deviation: of tokens tied exactly at the cut of top-p those with the lowest ids stay, where the source leaves the choice to its sort.
/// </remarks>
public sealed record SamplingOptions
{
    /// <summary>The most probable token, always.</summary>
    public static SamplingOptions Greedy { get; } = new();

    /// <summary>Divides the logits; 0 takes the most probable token after penalties and bans, whatever the filters say.</summary>
    public double Temperature { get; init; }

    /// <summary>Keeps the K most probable tokens and those tied with the last of them; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Keeps the most probable tokens up to the one that brings their sum to this probability; 1 keeps all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Drops tokens less probable than this share of the most probable one; 0 drops none.</summary>
    public double MinP { get; init; }

    /// <summary>Keeps the tokens whose surprise is nearest to the entropy, up to this probability; 1 keeps all.</summary>
    /// <remarks>Source: Meister et al., "Locally Typical Sampling", arXiv:2202.00666.</remarks>
    public double TypicalP { get; init; } = 1;

    /// <summary>Drops tokens below this probability; 0 drops none.</summary>
    /// <remarks>Source: Hewitt, Manning and Liang, "Truncation Sampling as Language Model Desmoothing", arXiv:2210.15191.</remarks>
    public double EpsilonCutoff { get; init; }

    /// <summary>Drops tokens below <c>min(η, √η·e^−entropy)</c>; 0 drops none.</summary>
    /// <remarks>Source: Hewitt, Manning and Liang, arXiv:2210.15191.</remarks>
    public double EtaCutoff { get; init; }

    /// <summary>Divides the positive and multiplies the negative logits of tokens seen in prompt or output; 1 changes nothing.</summary>
    /// <remarks>Source: Keskar et al., "CTRL", arXiv:1909.05858.</remarks>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted from the logits of tokens already generated.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Subtracted from the logits of tokens already generated, once for each time.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>Bans tokens that would repeat a run of this many tokens; 0 bans none.</summary>
    public int NoRepeatNgramSize { get; init; }

    /// <summary>Token sequences that must not appear.</summary>
    public ImmutableArray<ImmutableArray<int>> BadWords { get; init; } = [];

    /// <summary>Tokens that must not appear.</summary>
    public ImmutableArray<int> SuppressTokens { get; init; } = [];

    /// <summary>Whether the most probable token is taken instead of a draw.</summary>
    public bool IsGreedy => Temperature == 0;

    /// <summary>Whether the logits are changed before any filter looks at them.</summary>
    internal bool EditsLogits =>
        RepetitionPenalty != 1 || PresencePenalty != 0 || FrequencyPenalty != 0 || NoRepeatNgramSize > 0 || !BadWords.IsDefaultOrEmpty || !SuppressTokens.IsDefaultOrEmpty;

    /// <summary>Computes the probabilities from which a token would be drawn; at temperature 0 those of temperature 1.</summary>
    /// <param name="logits">The model's row, one value for each token id.</param>
    /// <param name="tokens">Prompt and output so far.</param>
    /// <param name="promptLength">How many of <paramref name="tokens"/> are the prompt's.</param>
    /// <returns>One probability for each token id; their sum is 1, or 0 when every token is impossible.</returns>
    public double[] Distribution(ReadOnlySpan<float> logits, ReadOnlySpan<int> tokens, int promptLength)
    {
        Check();
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)promptLength, (uint)tokens.Length, nameof(promptLength));
        double[] probabilities = new double[logits.Length];
        new Sampler().Distribution(logits, IsGreedy ? this with { Temperature = 1 } : this, tokens, promptLength, probabilities);
        return probabilities;
    }

    /// <summary>Refuses values that mean nothing.</summary>
    /// <exception cref="HoneException">A value is out of its range; all such values are named.</exception>
    public void Check()
    {
        var problems = new List<string>();
        Require(double.IsFinite(Temperature) && Temperature >= 0, $"temperature {Temperature}: 0 or more");
        Require(TopK >= 0, $"top_k {TopK}: 0 (all) or more");
        Require(TopP is > 0 and <= 1, $"top_p {TopP}: above 0 and at most 1");
        Require(MinP is >= 0 and <= 1, $"min_p {MinP}: from 0 to 1");
        Require(TypicalP is > 0 and <= 1, $"typical_p {TypicalP}: above 0 and at most 1");
        Require(EpsilonCutoff is >= 0 and < 1, $"epsilon_cutoff {EpsilonCutoff}: from 0 to below 1");
        Require(EtaCutoff is >= 0 and < 1, $"eta_cutoff {EtaCutoff}: from 0 to below 1");
        Require(double.IsFinite(RepetitionPenalty) && RepetitionPenalty > 0, $"repetition_penalty {RepetitionPenalty}: above 0");
        Require(double.IsFinite(PresencePenalty), $"presence_penalty {PresencePenalty}: a finite number");
        Require(double.IsFinite(FrequencyPenalty), $"frequency_penalty {FrequencyPenalty}: a finite number");
        Require(NoRepeatNgramSize >= 0, $"no_repeat_ngram_size {NoRepeatNgramSize}: 0 (off) or more");
        Require(BadWords.IsDefaultOrEmpty || BadWords.All(word => !word.IsDefaultOrEmpty), "bad_words: none may be empty");
        if (problems.Count > 0)
        {
            throw new HoneException("A sampling option is out of its range.", facts: string.Join("; ", problems), fix: "use values in the ranges named");
        }

        void Require(bool isRight, string problem)
        {
            if (!isRight)
            {
                problems.Add(problem);
            }
        }
    }
}
