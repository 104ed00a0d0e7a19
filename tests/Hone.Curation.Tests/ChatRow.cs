using System.Text.Json;

namespace Hone.Curation.Tests;

/// <summary>A row as written, read with nothing of the product.</summary>
internal sealed record ChatRow(string Prompt, string Response, string Skill, string Answer)
{
    public static ChatRow[] ReadAll(string jsonl) => [.. jsonl.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Read)];

    private static ChatRow Read(string line)
    {
        JsonElement row = JsonDocument.Parse(line).RootElement;
        JsonElement messages = row.GetProperty("messages");
        Assert.Equal(2, messages.GetArrayLength());
        Assert.Equal("user", messages[0].GetProperty("role").GetString());
        Assert.Equal("assistant", messages[1].GetProperty("role").GetString());
        return new ChatRow(
            messages[0].GetProperty("content").GetString()!, messages[1].GetProperty("content").GetString()!, row.GetProperty("skill").GetString()!, row.GetProperty("answer").GetString()!);
    }
}
