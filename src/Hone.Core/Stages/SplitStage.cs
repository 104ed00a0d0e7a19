using Hone.Core.Recipes;
using Hone.Core.Runs;

namespace Hone.Core.Stages;

/// <summary>Splits a JSONL file at random into training and validation rows, each kept in file order.</summary>
/// <remarks>Reads the file twice and holds one row at a time; the split depends on the seed, the stage's name and the number of rows only.</remarks>
[Stage("split")]
public sealed record SplitStage : Stage, ICheckedOptions
{
    private const string TrainName = "train.jsonl";
    private const string ValidationName = "validation.jsonl";

    /// <summary>The JSONL file to split.</summary>
    public required FileSource Input { get; init; }

    /// <summary>Share of the rows that go to validation.</summary>
    [Range(0, 1, MinimumExcluded = true, MaximumExcluded = true)]
    public double? ValidationFraction { get; init; }

    /// <summary>Number of rows that go to validation.</summary>
    [Positive]
    public long? ValidationCount { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => [TrainName, ValidationName];

    /// <inheritdoc/>
    public void Check(OptionChecks checks)
    {
        if (ValidationFraction is null == ValidationCount is null)
        {
            bool both = ValidationFraction is not null;
            checks.Report(
                both ? nameof(ValidationCount) : nameof(ValidationFraction),
                both ? "both 'validation_fraction' and 'validation_count' are given" : "the size of the validation part is missing",
                "give either validation_fraction: 0.1 or validation_count: 500");
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Run(RunContext context)
    {
        string path = context.OpenInput(Input);
        RowTally tally = RowProgress.CountRows(path, context.CancellationToken);
        long wanted = ValidationCount ?? RowSelection.CountOf(ValidationFraction!.Value, tally.Rows); // Check() made sure of one
        if (wanted == 0 || wanted >= tally.Rows)
        {
            throw new JsonLinesException(
                $"The split would leave the {(wanted == 0 ? "validation" : "training")} part empty.",
                path,
                $"{tally.Rows} rows, {wanted} of them for validation",
                $"choose a validation_count from 1 to {tally.Rows - 1}");
        }

        var selection = new RowSelection(context.CreateRandom("split"), tally.Rows, wanted);
        using AtomicFile train = context.CreateArtifact(TrainName), validation = context.CreateArtifact(ValidationName);
        using var reader = new JsonLinesReader(path);
        var progress = new RowProgress(context, tally.Rows);
        while (reader.Read(out ReadOnlySpan<byte> row, validate: false))
        {
            AtomicFile part = selection.TakeNext() ? validation : train;
            part.Write(row);
            part.Write("\n"u8);
            progress.Add();
        }

        context.Publish(train);
        context.Publish(validation);
        return new Dictionary<string, double>
        {
            ["rows_read"] = tally.Rows,
            ["rows_train"] = tally.Rows - wanted,
            ["rows_validation"] = wanted,
            ["blank_lines"] = tally.BlankLines,
        };
    }
}
