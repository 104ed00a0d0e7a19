using System.Text.Json;
using Hone.Data.Datasets;

namespace Hone.Data.Formats;

/// <summary>Conversations in the manner of ShareGPT that end with an answer, and whether it is a good one: LLaMA-Factory's <c>kto_tag</c>.</summary>
[DataFormat("sharegpt-kto")]
public sealed record ShareGptKtoFormat : ShareGptRowFormat
{
    /// <summary>Creates the format with its usual columns and tags.</summary>
    public ShareGptKtoFormat()
    {
    }

    /// <summary>Creates the format with the columns and tags of another one.</summary>
    internal ShareGptKtoFormat(ShareGptRowFormat messages)
        : base(messages)
    {
    }

    /// <summary>Column that says whether the last message is a good answer: true or false.</summary>
    public string KtoTag { get; init; } = "kto_tag";

    /// <inheritdoc/>
    public override RowContent Content => RowContent.Feedback;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => [.. base.Columns, KtoTag];

    /// <inheritdoc/>
    public override bool Fits(JsonElement row) => RowFields.Has(row, Messages, JsonValueKind.Array) && RowFields.Find(row, KtoTag) is not null;

    /// <inheritdoc/>
    public override TrainingRow Read(JsonElement row)
    {
        ConversationBuilder conversation = ReadMessages(row);
        if (!conversation.EndsWithAssistant)
        {
            throw new InvalidRowException(RowIssue.NoAnswer, $"'{Messages}' does not end with an answer of the assistant", "add the answer, or remove the row");
        }

        return new FeedbackRow(conversation.ToRow(RowFields.FindTools(row, Tools), conversation.Count - 1), RowFields.RequireFlag(row, KtoTag));
    }
}
