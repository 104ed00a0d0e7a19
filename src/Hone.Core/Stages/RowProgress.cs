namespace Hone.Core.Stages;

/// <summary>Reports rows at even intervals and asks for cancellation.</summary>
internal sealed class RowProgress(RunContext context, long total)
{
    private const int RowsPerCheck = 256;
    private const int Reports = 100; // at most so many lines a stage, and for small files one a check

    private readonly long _interval = Math.Max(RowsPerCheck, total / Reports);
    private long _rows;

    /// <summary>Counts a row.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void Add()
    {
        _rows++;
        if (_rows % RowsPerCheck == 0)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
        }

        if (_rows % _interval == 0 || _rows == total)
        {
            context.ReportStep(_rows, total, "rows");
        }
    }

    /// <summary>Counts the rows of a file, checking that each is JSON.</summary>
    /// <exception cref="JsonLinesException">A row is not JSON, or there is none.</exception>
    public static RowTally CountRows(string path, CancellationToken cancellationToken)
    {
        using var reader = new JsonLinesReader(path);
        long rows = 0;
        while (reader.Read(out _, validate: true))
        {
            rows++;
            if (rows % RowsPerCheck == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        return rows > 0 ? new RowTally(rows, reader.BlankLines) : throw new JsonLinesException("The file has no rows.", path, "", "give a JSONL file with one JSON value a line");
    }
}
