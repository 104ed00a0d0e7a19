using System.Text.Json;
using Hone.Data.Datasets;

namespace Hone.Data.Formats;

/// <summary>Plain texts in a column <c>text</c>, every token of which is trained.</summary>
[DataFormat("text")]
public sealed record TextFormat : RowFormat
{
    /// <summary>Column with the text.</summary>
    public string Text { get; init; } = "text";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => [Text];

    /// <inheritdoc/>
    public override bool Fits(JsonElement row) => RowFields.Has(row, Text, JsonValueKind.String);

    /// <inheritdoc/>
    public override TrainingRow Read(JsonElement row)
    {
        RowFields.RefuseMedia(row);
        string text = RowFields.FindText(row, Text) ?? throw RowFields.Missing(row, Text);
        return text.Length > 0 ? new TextRow(null, text) : throw new InvalidRowException(RowIssue.NothingToLearn, $"'{Text}' is empty", "remove the row");
    }
}
