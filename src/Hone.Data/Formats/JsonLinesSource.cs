using Hone.Core.Stages;

namespace Hone.Data.Formats;

/// <summary>A file with a JSON object a line.</summary>
internal sealed class JsonLinesSource(string path) : RowSource(path)
{
    /// <inheritdoc/>
    public override IEnumerable<DataRow> Read()
    {
        using var reader = new JsonLinesReader(Path);
        long number = 0;
        while (Next(reader) is { } row)
        {
            yield return new DataRow(Path, ++number, reader.LineNumber, row);
        }
    }

    private static byte[]? Next(JsonLinesReader reader) => reader.Read(out ReadOnlySpan<byte> row, validate: true) ? row.ToArray() : null;
}
