using System.Text.Json;
using Hone.Data.Formats;

namespace Hone.Data.Datasets;

/// <summary>A row of a data source, read by its format.</summary>
/// <param name="Place">File and line.</param>
/// <param name="Number">Number of the row in its file, from 1.</param>
/// <param name="Json">The row as it stands in the file.</param>
/// <param name="Content">What it says.</param>
public sealed record SourceRow(string Place, long Number, JsonElement Json, TrainingRow Content);
