using System.Text.Json;
using Hone.Data.Datasets;

namespace Hone.Data.Formats;

/// <summary>A <c>prompt</c> and its <c>completion</c>, both texts or both lists of messages.</summary>
[DataFormat("prompt-completion")]
public sealed record PromptCompletionFormat : RowFormat
{
    private const string VariablesColumn = "chat_template_kwargs";

    /// <summary>Column with the prompt.</summary>
    public string Prompt { get; init; } = "prompt";

    /// <summary>Column with the completion.</summary>
    public string Completion { get; init; } = "completion";

    /// <summary>Column with the tools that the assistant may call; null for none.</summary>
    public string? Tools { get; init; } = "tools";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => [Prompt, Completion, .. ((string?[])[Tools, VariablesColumn]).OfType<string>()];

    /// <inheritdoc/>
    public override bool Fits(JsonElement row) =>
        (RowFields.Has(row, Prompt, JsonValueKind.String) || RowFields.Has(row, Prompt, JsonValueKind.Array)) && row.TryGetProperty(Completion, out JsonElement completion)
        && completion.ValueKind is JsonValueKind.String or JsonValueKind.Array or JsonValueKind.Null;

    /// <inheritdoc/>
    public override TrainingRow Read(JsonElement row)
    {
        RowFields.RefuseMedia(row);
        JsonElement prompt = RowFields.Find(row, Prompt) ?? throw RowFields.Missing(row, Prompt);
        if (RowFields.Find(row, Completion) is not { } completion || completion is { ValueKind: JsonValueKind.String } && completion.ValueEquals("") || completion is { ValueKind: JsonValueKind.Array } && completion.GetArrayLength() == 0)
        {
            throw new InvalidRowException(RowIssue.NoAnswer, $"'{Completion}' is empty or missing", "add the completion, or remove the row");
        }

        if (prompt.ValueKind == JsonValueKind.String)
        {
            return new TextRow(RowFields.Text(prompt, Prompt), RowFields.Text(completion, Completion));
        }

        var conversation = new ConversationBuilder();
        MessageReader.Read(prompt, Prompt, MessageTags.Standard, conversation);
        int count = conversation.Count;
        MessageReader.Read(completion, Completion, MessageTags.Standard, conversation);
        return conversation.ToRow(RowFields.FindTools(row, Tools), count, RowFields.Find(row, VariablesColumn));
    }
}
