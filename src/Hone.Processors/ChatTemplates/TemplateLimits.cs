namespace Hone.Processors.ChatTemplates;

/// <summary>How much one rendering may take before it is stopped, so that a hostile template costs neither hours nor memory.</summary>
public sealed record TemplateLimits
{
    /// <summary>The limits unless others are given: far beyond what a conversation of a million characters needs.</summary>
    public static TemplateLimits Default { get; } = new();

    /// <summary>Statements, calls and items looked at; copying 16 characters counts as one step too.</summary>
    public long MaxSteps { get; init; } = 20_000_000;

    /// <summary>Characters of the output, and of any text made on the way.</summary>
    public int MaxOutputChars { get; init; } = 1 << 26;

    /// <summary>Calls of macros and recursive loops inside one another, and nested lists in a value.</summary>
    public int MaxDepth { get; init; } = 200;
}
