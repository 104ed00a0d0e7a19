using System.Text.Json;

namespace Hone.Data.Formats;

/// <summary>A <c>prompt</c>, its <c>completion</c>, both texts or both lists of messages, and a <c>label</c> that says whether the completion is good.</summary>
/// <remarks>Source: TRL 1.16, unpaired preference datasets.</remarks>
[DataFormat("feedback")]
public sealed record FeedbackFormat : RowFormat
{
    /// <summary>Column with the prompt.</summary>
    public string Prompt { get; init; } = "prompt";

    /// <summary>Column with the completion.</summary>
    public string Completion { get; init; } = "completion";

    /// <summary>Column that says whether the completion is good: true or false.</summary>
    public string Label { get; init; } = "label";

    /// <summary>Column with the tools that the assistant may call; null for none.</summary>
    public string? Tools { get; init; } = "tools";

    /// <inheritdoc/>
    public override RowContent Content => RowContent.Feedback;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => [.. Whole.Columns, Label];

    private PromptCompletionFormat Whole => new() { Prompt = Prompt, Completion = Completion, Tools = Tools };

    /// <inheritdoc/>
    public override bool Fits(JsonElement row) => RowFields.Find(row, Label) is not null && Whole.Fits(row);

    /// <inheritdoc/>
    public override TrainingRow Read(JsonElement row) => new FeedbackRow(Whole.Read(row), RowFields.RequireFlag(row, Label));
}
