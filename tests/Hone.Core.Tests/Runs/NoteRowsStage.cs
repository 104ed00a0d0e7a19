using Hone.Core.Runs;
using Hone.Core.Stages;

namespace Hone.Core.Tests.Runs;

/// <summary>Writes down the number of rows, with one line of metrics a row.</summary>
[Stage("note_rows")]
public sealed record NoteRowsStage : Stage
{
    public required FileSource Input { get; init; }

    public override IReadOnlyList<string> Outputs => ["notes/count.txt"];

    public override IReadOnlyDictionary<string, double> Run(RunContext context)
    {
        Assert.Throws<ArgumentException>(() => context.CreateArtifact("../elsewhere.txt"));
        string[] rows = File.ReadAllLines(context.OpenInput(Input));
        for (int i = 0; i < rows.Length; i++)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            context.ReportStep(i + 1, rows.Length, "rows", new Dictionary<string, double> { ["length"] = rows[i].Length, ["odd"] = i % 2 == 0 ? double.NaN : 1 });
        }

        using AtomicFile file = context.CreateArtifact("notes/count.txt");
        file.Write(System.Text.Encoding.UTF8.GetBytes($"{rows.Length} {rows[0]}"));
        context.Publish(file);
        return new Dictionary<string, double> { ["rows"] = rows.Length, ["perplexity"] = double.PositiveInfinity };
    }
}
