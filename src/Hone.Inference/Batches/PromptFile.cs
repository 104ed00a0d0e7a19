using System.Text.Json;
using Hone.Core.Errors;

namespace Hone.Inference.Batches;

/// <summary>Reads JSONL files of prompts row by row.</summary>
public static class PromptFile
{
    /// <summary>The rows in order; blank lines are passed over, a line that is no JSON object becomes a row with a problem.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="HoneException">The file cannot be opened, or two rows have the same id.</exception>
    public static IEnumerable<PromptRow> Read(string path)
    {
        using StreamReader reader = Open(path);
        var lineOf = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int line = 1; reader.ReadLine() is { } text; line++)
        {
            if (!string.IsNullOrWhiteSpace(text))
            {
                PromptRow row = Parse(text, line);
                if (!lineOf.TryAdd(row.Id, line))
                {
                    throw new HoneException("Two prompts have the same id.", $"{path}:{line}", $"'{row.Id}', first in line {lineOf[row.Id]}", "give every row its own id, or none (the line's number is used then)");
                }

                yield return row;
            }
        }
    }

    private static StreamReader Open(string path)
    {
        try
        {
            return new StreamReader(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException("A file of prompts cannot be opened.", path, e.Message, "check that it exists and may be read", e);
        }
    }

    private static PromptRow Parse(string text, int line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement json = document.RootElement.Clone();
            if (json.ValueKind != JsonValueKind.Object)
            {
                return new PromptRow($"{line}", default, $"line {line} is no JSON object");
            }

            return !json.TryGetProperty("id", out JsonElement id) ? new PromptRow($"{line}", json, null)
                : id.ValueKind is JsonValueKind.String or JsonValueKind.Number ? new PromptRow(id.ToString(), json, null)
                : new PromptRow($"{line}", json, $"line {line}: 'id' is neither a text nor a number");
        }
        catch (JsonException e)
        {
            return new PromptRow($"{line}", default, $"line {line} is not JSON: {e.Message.Split(" LineNumber:")[0]}");
        }
    }
}
