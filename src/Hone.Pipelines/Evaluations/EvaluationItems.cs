using System.Text.Json;
using Hone.Core.Registry;
using Hone.Core.Stages;
using Hone.Data;
using Hone.Data.Datasets;
using Hone.Data.Formats;
using Hone.Evaluation.Graders;

namespace Hone.Pipelines.Evaluations;

/// <summary>The questions of a data set, and how many of its rows are none.</summary>
internal sealed class EvaluationItems
{
    private const string AnswerKey = "answer";
    private const string IdKey = "id";
    private const int ShownRows = 5;

    private readonly List<EvaluationItem> _items = [];
    private readonly List<long> _withoutReference = [];

    private EvaluationItems()
    {
    }

    /// <summary>The questions in file order.</summary>
    public IReadOnlyList<EvaluationItem> Items => _items;

    /// <summary>Number of rows that have no right answer, and are left out.</summary>
    public int WithoutReference => _withoutReference.Count;

    /// <summary>Reads a data set.</summary>
    /// <param name="source">The file and its format.</param>
    /// <param name="grader">Finds the right answer of a row.</param>
    /// <param name="tags">Properties of rows to group by.</param>
    /// <param name="open">Finds the file.</param>
    /// <param name="registry">Where formats are looked up.</param>
    /// <param name="cancellationToken">Asked between rows.</param>
    /// <exception cref="DatasetFormatException">The file cannot be read, has a row that is no question, or not one with a right answer.</exception>
    public static EvaluationItems Read(
        DataSource source, Grader grader, IReadOnlyList<string> tags, Func<FileSource, string> open, PartRegistry registry, CancellationToken cancellationToken)
    {
        var items = new EvaluationItems();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        string place = "";
        foreach (SourceRow row in SourceRows.Read(source, open, registry))
        {
            cancellationToken.ThrowIfCancellationRequested();
            place = row.Place;
            keys.UnionWith(row.Json.EnumerateObject().Select(property => property.Name));
            items.Add(row, grader, tags);
        }

        if (items._items.Count == 0)
        {
            throw new DatasetFormatException(
                "Not one row has a right answer to compare with.", place, $"{items.WithoutReference} rows, the grader finds nothing in '{AnswerKey}' or the last message of the assistant", $"give the rows a column '{AnswerKey}', or choose another grader");
        }

        if (tags.FirstOrDefault(tag => !keys.Contains(tag)) is { } unknown)
        {
            throw new DatasetFormatException("No row has the property to group by.", place, $"tag '{unknown}'; nearest: {string.Join(", ", NearestNames.Rank(unknown, [.. keys]))}", "correct or remove it in tags");
        }

        return items;
    }

    /// <summary>What the user should know about the rows left out.</summary>
    public string? CreateWarning()
    {
        if (WithoutReference == 0)
        {
            return null;
        }

        string rows = string.Join(", ", _withoutReference.Take(ShownRows)) + (WithoutReference > ShownRows ? ", …" : "");
        return $"{WithoutReference} {(WithoutReference == 1 ? "row has" : "rows have")} no right answer and {(WithoutReference == 1 ? "is" : "are")} left out: row {rows}";
    }

    private void Add(SourceRow row, Grader grader, IReadOnlyList<string> tags)
    {
        (JsonElement messages, string? prompt, string? last) = Split(row);
        string? written = TextOf(row.Json, AnswerKey) ?? last;
        if (written is null || grader.FindReference(written) is not { } reference)
        {
            _withoutReference.Add(row.Number);
            return;
        }

        var own = tags.Select(tag => (Tag: tag, Text: TextOf(row.Json, tag))).Where(tag => tag.Text is not null).ToDictionary(tag => tag.Tag, tag => tag.Text!); // filtered
        _items.Add(new EvaluationItem(TextOf(row.Json, IdKey) ?? $"{row.Number}", messages, prompt, reference, own));
    }

    /// <summary>Parts a row into what is asked and what the assistant says to it.</summary>
    private static (JsonElement Messages, string? Prompt, string? Answer) Split(SourceRow row)
    {
        if (row.Content is ConversationRow chat)
        {
            JsonElement[] all = [.. chat.Conversation.Messages.EnumerateArray()];
            int last = Array.FindLastIndex(all, message => message.TryGetProperty("role", out JsonElement role) && role.ValueEquals("assistant"));
            int asked = chat.PromptMessages ?? (last < 0 ? all.Length : last);
            if (asked == 0)
            {
                throw new DatasetFormatException("A row asks nothing.", $"{row.Place} (row {row.Number})", "there is no message before the assistant's", "begin the conversation with a message of the user");
            }

            return (JsonSerializer.SerializeToElement(all[..asked]), null, last >= asked ? TextOf(all[last], "content") : null);
        }

        if (row.Content is TextRow { Prompt: { Length: > 0 } prompt } text)
        {
            return (JsonSerializer.SerializeToElement(new[] { new { role = "user", content = prompt } }), prompt, text.Text);
        }

        throw new DatasetFormatException("A row asks nothing.", $"{row.Place} (row {row.Number})", "it is a plain text without a prompt", "give rows with messages, or with a prompt and a completion");
    }

    private static string? TextOf(JsonElement row, string key) => !row.TryGetProperty(key, out JsonElement value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };
}
