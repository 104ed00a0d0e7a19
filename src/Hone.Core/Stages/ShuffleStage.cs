using Hone.Core.Runs;
using Microsoft.Win32.SafeHandles;

namespace Hone.Core.Stages;

/// <summary>Puts the rows of a JSONL file into a random order.</summary>
/// <remarks>Holds 20 bytes a row, not the rows; the order depends on the seed, the stage's name and the number of rows only.</remarks>
[Stage("shuffle")]
public sealed record ShuffleStage : Stage
{
    private const string OutputName = "shuffled.jsonl";

    /// <summary>The JSONL file to shuffle.</summary>
    public required FileSource Input { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => [OutputName];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Run(RunContext context)
    {
        string path = context.OpenInput(Input);
        var rows = new List<RowPlace>();
        long blankLines = FindRows(path, rows, context.CancellationToken);
        int[] order = context.CreateRandom("shuffle").CreatePermutation(rows.Count);
        using AtomicFile shuffled = context.CreateArtifact(OutputName);
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess);
        byte[] buffer = new byte[rows.Max(row => row.Length) + 1];
        var progress = new RowProgress(context, rows.Count);
        foreach (int index in order)
        {
            Span<byte> row = buffer.AsSpan(0, rows[index].Length + 1);
            ReadRow(file, rows[index], row, path);
            row[^1] = (byte)'\n';
            shuffled.Write(row);
            progress.Add();
        }

        context.Publish(shuffled);
        return new Dictionary<string, double> { ["rows_read"] = rows.Count, ["rows_written"] = rows.Count, ["blank_lines"] = blankLines };
    }

    private static long FindRows(string path, List<RowPlace> rows, CancellationToken cancellationToken)
    {
        using var reader = new JsonLinesReader(path);
        while (reader.Read(out ReadOnlySpan<byte> row, validate: true))
        {
            rows.Add(new RowPlace(reader.RowOffset, row.Length));
            cancellationToken.ThrowIfCancellationRequested();
        }

        return rows.Count > 0 ? reader.BlankLines : throw new JsonLinesException("The file has no rows.", path, "", "give a JSONL file with one JSON value a line");
    }

    private static void ReadRow(SafeFileHandle file, RowPlace place, Span<byte> row, string path)
    {
        for (int done = 0; done < place.Length;)
        {
            int read = RandomAccess.Read(file, row[done..place.Length], place.Offset + done);
            if (read == 0)
            {
                throw new JsonLinesException("The file became shorter while it was read.", path, "", "leave inputs alone while a run uses them");
            }

            done += read;
        }
    }

    private readonly record struct RowPlace(long Offset, int Length);
}
