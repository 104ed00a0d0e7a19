namespace Hone.Data.Formats;

/// <summary>The words that a file uses for the parts of a message; null for what it does not have.</summary>
internal sealed record MessageTags(string Role, string Content, string? User, string? Assistant, string? Tool, string? ToolCall, string? System)
{
    /// <summary>The words as templates know them.</summary>
    public static MessageTags Standard { get; } = new("role", "content", "user", "assistant", "tool", null, "system");

    /// <summary>Whether a role that is none of these passes on as it is.</summary>
    public bool PassesOthers { get; init; } = true;

    /// <summary>The roles, for a message.</summary>
    public string Known => string.Join(", ", ((string?[])[System, User, Assistant, ToolCall, Tool]).Where(tag => tag is not null));
}
