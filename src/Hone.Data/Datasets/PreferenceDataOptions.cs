using Hone.Core.Recipes;

namespace Hone.Data.Datasets;

/// <summary>The data of a preference training: pairs of answers, or single answers that are marked good or bad.</summary>
public sealed record PreferenceDataOptions : DatasetOptions
{
    /// <summary>The longest prompt in tokens; of a longer one the last tokens are kept. Null to cut no prompt on its own.</summary>
    [Positive]
    public int? MaxPromptTokens { get; init; }

    /// <inheritdoc/>
    public override void Check(OptionChecks checks)
    {
        base.Check(checks);
        if (MaxPromptTokens >= MaxTokens)
        {
            checks.Report(nameof(MaxPromptTokens), $"a prompt of {MaxPromptTokens} tokens leaves no room for an answer within max_tokens: {MaxTokens}", "lower max_prompt_tokens, or raise max_tokens");
        }
    }
}
