using Hone.Data.Formats;

namespace Hone.Data.Datasets;

/// <summary>Counts what becomes of a file's rows, in file order.</summary>
internal sealed class SourceTally(ResolvedSource source)
{
    private const int Shown = 10;      // row numbers that a report names
    private const int MaxColumns = 32; // names of unused columns that it keeps

    private readonly SortedDictionary<RowIssue, (long Count, List<long> Rows, string Place, string Detail)> _dropped = [];
    private readonly SortedSet<string> _unused = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (long Count, List<long> Rows)> _unwritten = new(StringComparer.Ordinal);
    private readonly List<long> _truncatedRows = [];
    private readonly List<long> _cutPromptRows = [];
    private long _rows;
    private long _examples;
    private long _tokens;
    private long _trained;
    private long _truncated;
    private long _cut;
    private long _cutPrompts;
    private long _cutPromptTokens;

    /// <summary>Counts the examples of a row.</summary>
    public void Add(DataRow row, IReadOnlyList<EncodedExample> examples, IReadOnlyList<string> unusedColumns)
    {
        AddRow(unusedColumns);
        foreach (EncodedExample example in examples)
        {
            Add(row, example);
        }
    }

    /// <summary>Counts a row that is left out.</summary>
    public void Drop(DataRow row, InvalidRowException problem, IReadOnlyList<string> unusedColumns)
    {
        AddRow(unusedColumns);
        (long count, List<long> rows, string place, string detail) = _dropped.GetValueOrDefault(problem.Issue, (0, [], row.Place, problem.Facts));
        Show(rows, row.Number);
        _dropped[problem.Issue] = (count + 1, rows, place, detail);
    }

    /// <summary>The counts.</summary>
    public SourceReport ToReport() => new()
    {
        Source = source.DisplayName,
        Format = source.FormatName,
        IsDetected = source.IsDetected,
        UnusedColumns = [.. _unused],
        RowsRead = _rows,
        Examples = _examples,
        Tokens = _tokens,
        TrainedTokens = _trained,
        Truncated = _truncated,
        CutTokens = _cut,
        TruncatedRows = _truncatedRows,
        CutPrompts = _cutPrompts,
        CutPromptTokens = _cutPromptTokens,
        CutPromptRows = _cutPromptRows,
        Dropped = [.. _dropped.Select(entry => new DroppedRows(entry.Key, entry.Value.Count, entry.Value.Rows, entry.Value.Place, entry.Value.Detail))],
        Unwritten = [.. _unwritten.Select(entry => new UnwrittenPart(entry.Key, entry.Value.Count, entry.Value.Rows))],
        Notes = source.Warnings,
    };

    private void Add(DataRow row, EncodedExample example)
    {
        _examples++;
        _tokens += example.Example.InputIds.Length;
        _trained += example.Example.TrainedTokens;
        foreach (string part in example.Unwritten)
        {
            (long count, List<long> rows) = _unwritten.GetValueOrDefault(part, (0, []));
            Show(rows, row.Number);
            _unwritten[part] = (count + 1, rows);
        }

        if (example.CutTokens > 0)
        {
            _truncated++;
            _cut += example.CutTokens;
            Show(_truncatedRows, row.Number);
        }

        if (example.CutPromptTokens > 0)
        {
            _cutPrompts++;
            _cutPromptTokens += example.CutPromptTokens;
            Show(_cutPromptRows, row.Number);
        }
    }

    /// <summary>Keeps the number of a row among the first, once.</summary>
    private static void Show(List<long> rows, long number)
    {
        if (rows.Count < Shown && (rows.Count == 0 || rows[^1] != number))
        {
            rows.Add(number);
        }
    }

    private void AddRow(IReadOnlyList<string> unusedColumns)
    {
        _rows++;
        foreach (string column in unusedColumns)
        {
            if (_unused.Count < MaxColumns)
            {
                _unused.Add(column);
            }
        }
    }
}
