using Hone.Core.Recipes;

namespace Hone.Data.Datasets;

/// <summary>How texts and conversations become tokens.</summary>
public abstract record EncodingOptions
{
    /// <summary>The longest example in tokens; what happens to longer ones is a matter of <c>truncation</c>.</summary>
    [Positive]
    public int MaxTokens { get; init; } = 1024;

    /// <summary>What happens to an example that is longer than <c>max_tokens</c>.</summary>
    public Truncation Truncation { get; init; } = Truncation.KeepStart;

    /// <summary>Whether a plain text ends with the model's end-of-text token; conversations end as their template says.</summary>
    public bool AppendEos { get; init; } = true;

    /// <summary>More variables for the chat template, such as <c>enable_thinking: "false"</c>; each is JSON where it can be read as such, else text.</summary>
    public IReadOnlyDictionary<string, string> TemplateVariables { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether control tokens that stand inside messages are encoded as ordinary text, so that no row can open a turn.</summary>
    public bool EscapeControlTokens { get; init; }

    /// <summary>Whether a conversation must have its system message first, begin with the user, and alternate.</summary>
    public bool CheckRoles { get; init; } = true;
}
