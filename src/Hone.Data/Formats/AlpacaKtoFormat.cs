using System.Text.Json;

namespace Hone.Data.Formats;

/// <summary>Instructions in the manner of Alpaca with an answer and whether it is a good one: LLaMA-Factory's <c>kto_tag</c>.</summary>
[DataFormat("alpaca-kto")]
public sealed record AlpacaKtoFormat : AlpacaRowFormat
{
    /// <summary>Creates the format with its usual columns.</summary>
    public AlpacaKtoFormat()
    {
    }

    /// <summary>Creates the format with the question's columns of another one.</summary>
    internal AlpacaKtoFormat(AlpacaRowFormat question)
        : base(question)
    {
    }

    /// <summary>Column with the answer.</summary>
    public string Response { get; init; } = "output";

    /// <summary>Column that says whether the answer is good: true or false.</summary>
    public string KtoTag { get; init; } = "kto_tag";

    /// <inheritdoc/>
    public override RowContent Content => RowContent.Feedback;

    /// <inheritdoc/>
    private protected override IReadOnlyList<string?> AnswerColumns => [Response, KtoTag];

    /// <inheritdoc/>
    public override bool Fits(JsonElement row) =>
        RowFields.Has(row, Prompt, JsonValueKind.String) && RowFields.Has(row, Response, JsonValueKind.String) && RowFields.Find(row, KtoTag) is not null;

    /// <inheritdoc/>
    public override TrainingRow Read(JsonElement row)
    {
        RowFields.RefuseMedia(row);
        return new FeedbackRow(ReadAnswer(row, Response), RowFields.RequireFlag(row, KtoTag));
    }
}
