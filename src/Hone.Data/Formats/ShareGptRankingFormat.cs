using System.Text.Json;

namespace Hone.Data.Formats;

/// <summary>Conversations in the manner of ShareGPT that end with a question, and two messages that answer it: LLaMA-Factory's <c>ranking: true</c>.</summary>
[DataFormat("sharegpt-ranking")]
public sealed record ShareGptRankingFormat : ShareGptRowFormat
{
    /// <summary>Creates the format with its usual columns and tags.</summary>
    public ShareGptRankingFormat()
    {
    }

    /// <summary>Creates the format with the columns and tags of another one.</summary>
    internal ShareGptRankingFormat(ShareGptRowFormat messages)
        : base(messages)
    {
    }

    /// <summary>Column with the preferred answer, a message.</summary>
    public string Chosen { get; init; } = "chosen";

    /// <summary>Column with the other answer, a message.</summary>
    public string Rejected { get; init; } = "rejected";

    /// <inheritdoc/>
    public override RowContent Content => RowContent.Pair;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => [.. base.Columns, Chosen, Rejected];

    /// <inheritdoc/>
    public override bool Fits(JsonElement row) =>
        RowFields.Has(row, Messages, JsonValueKind.Array) && RowFields.Has(row, Chosen, JsonValueKind.Object) && RowFields.Has(row, Rejected, JsonValueKind.Object);

    /// <inheritdoc/>
    public override TrainingRow Read(JsonElement row) => new PairRow(Answer(row, Chosen), Answer(row, Rejected));

    private ConversationRow Answer(JsonElement row, string column)
    {
        ConversationBuilder conversation = ReadMessages(row);
        int prompt = conversation.Count;
        JsonElement answer = RowFields.Find(row, column) ?? throw RowFields.NoAnswer(column, "missing");
        if (RowFields.Find(answer, ContentTag) is { ValueKind: JsonValueKind.String } content && content.ValueEquals(""))
        {
            throw RowFields.NoAnswer(column, "empty");
        }

        MessageReader.Read(JsonSerializer.SerializeToElement(new[] { answer }), column, Tags, conversation);
        return conversation.ToRow(RowFields.FindTools(row, Tools), prompt);
    }
}
