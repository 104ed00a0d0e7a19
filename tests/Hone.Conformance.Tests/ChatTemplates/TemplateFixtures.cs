using System.Collections.Concurrent;
using System.Text.Json;
using Hone.Processors.ChatTemplates;

namespace Hone.Conformance.Tests.ChatTemplates;

/// <summary>The files of the folder <c>chat-templates</c>.</summary>
internal static class TemplateFixtures
{
    private static readonly ConcurrentDictionary<string, IReadOnlyList<JsonElement>> s_files = new();

    /// <summary>The clock that the fixtures were made with.</summary>
    public static TimeProvider Clock { get; } = new FrozenClock();

    /// <summary>The lines of a file, or none where it is missing.</summary>
    public static IReadOnlyList<JsonElement> Lines(string file) => s_files.GetOrAdd(file, Read);

    /// <summary>One property of every line of a file, as theory data.</summary>
    public static TheoryData<string> Ids(string file, string property) => new(Lines(file).Select(line => line.GetProperty(property).GetString()!));

    /// <summary>The conversations by id.</summary>
    public static Dictionary<string, JsonElement> Conversations() =>
        Lines("conversations.jsonl").ToDictionary(line => line.GetProperty("id").GetString()!);

    /// <summary>The conversation as transformers was given it.</summary>
    public static Conversation ToConversation(JsonElement entry) => new()
    {
        Messages = entry.GetProperty("messages"),
        Tools = entry.TryGetProperty("tools", out JsonElement tools) ? tools : null,
        Documents = entry.TryGetProperty("documents", out JsonElement documents) ? documents : null,
        AddGenerationPrompt = entry.TryGetProperty("add_generation_prompt", out JsonElement prompt) && prompt.GetBoolean(),
        ContinueFinalMessage = entry.TryGetProperty("continue_final_message", out JsonElement continues) && continues.GetBoolean(),
        Variables = entry.TryGetProperty("kwargs", out JsonElement kwargs) ? kwargs.EnumerateObject().ToDictionary(p => p.Name, p => p.Value) : new Dictionary<string, JsonElement>(),
    };

    private static IReadOnlyList<JsonElement> Read(string file)
    {
        string path = Fixtures.At("chat-templates", file);
        return File.Exists(path) ? [.. File.ReadLines(path).Where(line => line.Length > 0).Select(Parse)] : [];
    }

    private static JsonElement Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    private sealed class FrozenClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2025, 7, 10, 12, 0, 0, TimeSpan.Zero);
    }
}
