using System.Text.Json;

namespace Hone.Data.Formats;

/// <summary>Instructions in the manner of Alpaca with an answer and whether it is a good one: LLaMA-Factory's <c>kto_tag</c>.</summary>
[DataFormat("alpaca-kto")]
public sealed record AlpacaKtoFormat : RowFormat
{
    /// <summary>Column with the instruction.</summary>
    public string Prompt { get; init; } = "instruction";

    /// <summary>Column with what the instruction is about, put on a line of its own behind it; null for none.</summary>
    public string? Query { get; init; } = "input";

    /// <summary>Column with the answer.</summary>
    public string Response { get; init; } = "output";

    /// <summary>Column that says whether the answer is good: true or false.</summary>
    public string KtoTag { get; init; } = "kto_tag";

    /// <summary>Column with a system message; null for none.</summary>
    public string? System { get; init; } = "system";

    /// <summary>Column with earlier turns, a list of pairs of question and answer; null for none.</summary>
    public string? History { get; init; } = "history";

    /// <inheritdoc/>
    public override RowContent Content => RowContent.Feedback;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => [.. Question.Columns, Response, KtoTag];

    private AlpacaPrompt Question => new(Prompt, Query, System, History);

    /// <inheritdoc/>
    public override bool Fits(JsonElement row) =>
        RowFields.Has(row, Prompt, JsonValueKind.String) && RowFields.Has(row, Response, JsonValueKind.String) && RowFields.Find(row, KtoTag) is not null;

    /// <inheritdoc/>
    public override TrainingRow Read(JsonElement row)
    {
        RowFields.RefuseMedia(row);
        string answer = RowFields.RequireAnswer(row, Response);
        ConversationBuilder conversation = Question.Read(row);
        int prompt = conversation.Count;
        conversation.Add("assistant", answer);
        return new FeedbackRow(conversation.ToRow(null, prompt), RowFields.RequireFlag(row, KtoTag));
    }
}
