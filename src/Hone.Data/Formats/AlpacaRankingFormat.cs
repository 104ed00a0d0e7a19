using System.Text.Json;

namespace Hone.Data.Formats;

/// <summary>Instructions in the manner of Alpaca with two answers, <c>chosen</c> and <c>rejected</c>: LLaMA-Factory's <c>ranking: true</c>.</summary>
[DataFormat("alpaca-ranking")]
public sealed record AlpacaRankingFormat : AlpacaRowFormat
{
    /// <summary>Creates the format with its usual columns.</summary>
    public AlpacaRankingFormat()
    {
    }

    /// <summary>Creates the format with the question's columns of another one.</summary>
    internal AlpacaRankingFormat(AlpacaRowFormat question)
        : base(question)
    {
    }

    /// <summary>Column with the preferred answer.</summary>
    public string Chosen { get; init; } = "chosen";

    /// <summary>Column with the other answer.</summary>
    public string Rejected { get; init; } = "rejected";

    /// <inheritdoc/>
    public override RowContent Content => RowContent.Pair;

    /// <inheritdoc/>
    private protected override IReadOnlyList<string?> AnswerColumns => [Chosen, Rejected];

    /// <inheritdoc/>
    public override bool Fits(JsonElement row) =>
        RowFields.Has(row, Prompt, JsonValueKind.String) && RowFields.Has(row, Chosen, JsonValueKind.String) && RowFields.Has(row, Rejected, JsonValueKind.String);

    /// <inheritdoc/>
    public override TrainingRow Read(JsonElement row)
    {
        RowFields.RefuseMedia(row);
        return new PairRow(ReadAnswer(row, Chosen), ReadAnswer(row, Rejected));
    }
}
