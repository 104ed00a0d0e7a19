using System.Text.Json;

namespace Hone.Data.Formats;

/// <summary>Conversations in the manner of ShareGPT.</summary>
[DataFormat("sharegpt")]
public sealed record ShareGptFormat : ShareGptRowFormat
{
    /// <inheritdoc/>
    public override bool Fits(JsonElement row) =>
        RowFields.Has(row, Messages, JsonValueKind.Array)
        && row.GetProperty(Messages).EnumerateArray().All(message => message.ValueKind == JsonValueKind.Object && message.TryGetProperty(RoleTag, out _) && message.TryGetProperty(ContentTag, out _));

    /// <inheritdoc/>
    public override TrainingRow Read(JsonElement row) => ReadMessages(row).ToRow(RowFields.FindTools(row, Tools));
}
