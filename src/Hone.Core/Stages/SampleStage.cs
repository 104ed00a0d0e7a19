using Hone.Core.Recipes;
using Hone.Core.Runs;

namespace Hone.Core.Stages;

/// <summary>Draws rows of a JSONL file at random without replacement, kept in file order.</summary>
/// <remarks>Reads the file twice and holds one row at a time; the choice depends on the seed, the stage's name and the number of rows only.</remarks>
[Stage("sample")]
public sealed record SampleStage : Stage, ICheckedOptions
{
    private const string OutputName = "sample.jsonl";

    /// <summary>The JSONL file to draw from.</summary>
    public required FileSource Input { get; init; }

    /// <summary>Number of rows to draw.</summary>
    [Positive]
    public long? Count { get; init; }

    /// <summary>Share of the rows to draw.</summary>
    [Range(0, 1, MinimumExcluded = true)]
    public double? Fraction { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => [OutputName];

    /// <inheritdoc/>
    public void Check(OptionChecks checks)
    {
        if (Count is null == Fraction is null)
        {
            bool both = Count is not null;
            checks.Report(
                both ? nameof(Fraction) : nameof(Count),
                both ? "both 'count' and 'fraction' are given" : "the size of the sample is missing",
                "give either count: 500 or fraction: 0.1");
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Run(RunContext context)
    {
        string path = context.OpenInput(Input);
        RowTally tally = RowProgress.CountRows(path, context.CancellationToken);
        long wanted = Count ?? RowSelection.CountOf(Fraction!.Value, tally.Rows); // Check() made sure of one
        if (wanted == 0 || wanted > tally.Rows)
        {
            throw new JsonLinesException(
                wanted == 0 ? "The sample would be empty." : "The sample is larger than the file.",
                path,
                $"{tally.Rows} rows, {wanted} wanted",
                $"choose a count from 1 to {tally.Rows}");
        }

        var selection = new RowSelection(context.CreateRandom("sample"), tally.Rows, wanted);
        using AtomicFile sample = context.CreateArtifact(OutputName);
        using var reader = new JsonLinesReader(path);
        var progress = new RowProgress(context, tally.Rows);
        while (reader.Read(out ReadOnlySpan<byte> row, validate: false))
        {
            if (selection.TakeNext())
            {
                sample.Write(row);
                sample.Write("\n"u8);
            }

            progress.Add();
        }

        context.Publish(sample);
        return new Dictionary<string, double> { ["rows_read"] = tally.Rows, ["rows_written"] = wanted, ["blank_lines"] = tally.BlankLines };
    }
}
