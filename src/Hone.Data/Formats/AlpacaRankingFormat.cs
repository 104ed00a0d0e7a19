using System.Text.Json;

namespace Hone.Data.Formats;

/// <summary>Instructions in the manner of Alpaca with two answers, <c>chosen</c> and <c>rejected</c>: LLaMA-Factory's <c>ranking: true</c>.</summary>
[DataFormat("alpaca-ranking")]
public sealed record AlpacaRankingFormat : RowFormat
{
    /// <summary>Column with the instruction.</summary>
    public string Prompt { get; init; } = "instruction";

    /// <summary>Column with what the instruction is about, put on a line of its own behind it; null for none.</summary>
    public string? Query { get; init; } = "input";

    /// <summary>Column with the preferred answer.</summary>
    public string Chosen { get; init; } = "chosen";

    /// <summary>Column with the other answer.</summary>
    public string Rejected { get; init; } = "rejected";

    /// <summary>Column with a system message; null for none.</summary>
    public string? System { get; init; } = "system";

    /// <summary>Column with earlier turns, a list of pairs of question and answer; null for none.</summary>
    public string? History { get; init; } = "history";

    /// <inheritdoc/>
    public override RowContent Content => RowContent.Pair;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => [.. Question.Columns, Chosen, Rejected];

    private AlpacaPrompt Question => new(Prompt, Query, System, History);

    /// <inheritdoc/>
    public override bool Fits(JsonElement row) =>
        RowFields.Has(row, Prompt, JsonValueKind.String) && RowFields.Has(row, Chosen, JsonValueKind.String) && RowFields.Has(row, Rejected, JsonValueKind.String);

    /// <inheritdoc/>
    public override TrainingRow Read(JsonElement row)
    {
        RowFields.RefuseMedia(row);
        return new PairRow(Answer(row, Chosen), Answer(row, Rejected));
    }

    private ConversationRow Answer(JsonElement row, string column)
    {
        string answer = RowFields.RequireAnswer(row, column);
        ConversationBuilder conversation = Question.Read(row);
        int prompt = conversation.Count;
        conversation.Add("assistant", answer);
        return conversation.ToRow(null, prompt);
    }
}
