using Hone.Core.Errors;
using Hone.Core.Progress;
using Hone.Core.Random;
using Hone.Core.Recipes;
using Hone.Core.Registry;
using Hone.Core.Runs;
using Hone.Core.Stages;

namespace Hone.Core.Tests.Stages;

public sealed class RowStagesTests : IDisposable, IProgressSink
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    void IProgressSink.Report(ProgressEvent progress)
    {
    }

    private StageResult Run(string stage, string rows, ulong seed = 1)
    {
        string input = _folder.Write("rows.jsonl", rows);
        string recipe = _folder.Write("r.yaml", $"name: t\nseed: {seed}\nstages: {{ s: {{ {stage}, input: {input} }} }}");
        LoadedRecipe loaded = new RecipeReader(new PartRegistry(() => [typeof(Stage).Assembly]), _ => null).Read(recipe, []);
        using RunFolder run = RunFolder.Create(_folder["runs"], loaded, TimeProvider.System, new PhysicalFileSystem());
        new RunSession(RunPlan.Create(loaded, null), run, this, TimeProvider.System).Execute(TestContext.Current.CancellationToken);
        string[] files = [.. loaded.Recipe.Stages["s"].Outputs.Select(output => File.ReadAllText(run.ArtifactPath("s", output)))];
        return new StageResult(files, run.Manifest.Stage("s").Counts);
    }

    private static string Numbers(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"{i}\n"));

    private static int[] Parse(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

    [Theory]
    [InlineData("validation_count: 3", 3)]
    [InlineData("validation_fraction: 0.25", 25)]
    [InlineData("validation_fraction: 0.005", 1)] // half a row rounds up
    public void Split_Rows_ArePartitionedInFileOrder(string size, int validation)
    {
        StageResult result = Run($"type: split, {size}", Numbers(100));

        int[] train = Parse(result.Files[0]), held = Parse(result.Files[1]);
        Assert.Equal(validation, held.Length);
        Assert.Equal(Enumerable.Range(0, 100), train.Concat(held).Order());
        Assert.Equal(train.Order(), train);
        Assert.Equal(held.Order(), held);
        Assert.Equal(100 - validation, result.Counts["rows_train"]);
        Assert.Equal(validation, result.Counts["rows_validation"]);
    }

    [Fact]
    public void Split_Seed_DecidesTheParts()
    {
        string first = Run("type: split, validation_count: 50", Numbers(100)).Files[1];

        Assert.Equal(first, Run("type: split, validation_count: 50", Numbers(100)).Files[1]);
        Assert.NotEqual(first, Run("type: split, validation_count: 50", Numbers(100), seed: 2).Files[1]);
    }

    [Fact]
    public void RowSelection_ManySeeds_TakesEachRowEquallyOften()
    {
        int[] taken = new int[10];
        for (ulong seed = 0; seed < 10_000; seed++)
        {
            var selection = new RowSelection(new RandomStream(seed, "x"), 10, 3);
            int count = 0;
            for (int i = 0; i < 10; i++)
            {
                bool take = selection.TakeNext();
                taken[i] += take ? 1 : 0;
                count += take ? 1 : 0;
            }

            Assert.Equal(3, count);
        }

        Assert.All(taken, count => Assert.InRange(count, 2_770, 3_230)); // binomial(10000, 0.3): 3000 ± 5 × 46
    }

    [Fact]
    public void Shuffle_Rows_AreAPermutationByteForByte()
    {
        string rows = "{\"a\": \"ü\"}\r\n\n  \t\n{\"b\":[1,2]}\n\uFEFF".TrimEnd('\uFEFF') + string.Concat(Enumerable.Range(0, 200).Select(i => $"{i}\n")) + "{\"last\":1}";

        StageResult result = Run("type: shuffle", "\uFEFF" + rows);

        string[] expected = [.. rows.Split('\n').Select(row => row.TrimEnd('\r')).Where(row => row.Trim().Length > 0)];
        string[] actual = result.Files[0].TrimEnd('\n').Split('\n');
        Assert.NotEqual(expected, actual);
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
        Assert.Equal(2, result.Counts["blank_lines"]);
        Assert.Equal(203, result.Counts["rows_written"]);
    }

    [Theory]
    [InlineData("count: 7", 7)]
    [InlineData("fraction: 1", 50)]
    public void Sample_Rows_AreDrawnWithoutReplacement(string size, int expected)
    {
        int[] rows = Parse(Run($"type: sample, {size}", Numbers(50)).Files[0]);

        Assert.Equal(expected, rows.Distinct().Count());
        Assert.Equal(rows.Order(), rows);
    }

    [Theory]
    [InlineData("type: split, validation_count: 3", "1\n2\n3\n", "training part empty")]
    [InlineData("type: split, validation_fraction: 0.1", "1\n2\n3\n", "validation part empty")]
    [InlineData("type: sample, count: 4", "1\n2\n3\n", "larger than the file")]
    [InlineData("type: sample, fraction: 0.01", "1\n2\n3\n", "sample would be empty")]
    [InlineData("type: shuffle", "\n \n", "has no rows")]
    [InlineData("type: split, validation_count: 1", "", "has no rows")]
    [InlineData("type: shuffle", "1\n{\"a\": 1}\n{\"b\": tru}\n", "rows.jsonl:3:10")]
    [InlineData("type: sample, count: 1", "1\n{\"a\": 1} {\"b\": 2}\n", "rows.jsonl:2:10")]
    [InlineData("type: sample, count: 1", "{\"a\": 1", "rows.jsonl:1:")]
    public void Run_WrongInput_SaysWhatAndWhere(string stage, string rows, string expected)
    {
        HoneException error = Assert.Throws<JsonLinesException>(() => Run(stage, rows));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(["metrics.jsonl"], Directory.GetFiles(_folder["runs"], "*.jsonl*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file)));
    }

    [Fact]
    public void Run_NotUtf8_SaysWhere()
    {
        string path = _folder["bad.jsonl"];
        File.WriteAllBytes(path, [.. "1\n\""u8, 0xFF, .. "\"\n"u8]);
        using var reader = new JsonLinesReader(path);
        Assert.True(reader.Read(out _, validate: true));

        JsonLinesException? error = null;
        try
        {
            reader.Read(out _, validate: true);
        }
        catch (JsonLinesException e)
        {
            error = e;
        }

        Assert.Equal($"{path}:2:1", error?.Where);
    }

    [Fact]
    public void Read_RowsAroundTheBufferSize_AreWhole()
    {
        int[] lengths = [1, 65_533, 65_534, 65_535, 65_536, 65_537, 131_071, 3, 1_000_000, 2];
        string path = _folder.Write("long.jsonl", string.Join('\n', lengths.Select(length => $"\"{new string('x', length)}\"")));
        using var reader = new JsonLinesReader(path);
        var read = new List<int>();
        while (reader.Read(out ReadOnlySpan<byte> row, validate: true))
        {
            read.Add(row.Length - 2);
        }

        Assert.Equal(lengths, read);
    }

    private sealed record StageResult(string[] Files, IReadOnlyDictionary<string, double> Counts);
}
