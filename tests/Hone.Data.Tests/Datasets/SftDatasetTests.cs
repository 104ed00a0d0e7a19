using Hone.Core.Random;
using Hone.Data.Datasets;
using Hone.Data.Formats;
using Hone.Data.Packing;

namespace Hone.Data.Tests.Datasets;

public sealed class SftDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Load_AnyNumberOfThreads_WritesTheSameBytes()
    {
        SftDataOptions options = Options(Rows("a.jsonl", 1000));
        string one = Directory.CreateDirectory(_folder["one"]).FullName, four = Directory.CreateDirectory(_folder["four"]).FullName;

        Load(options, Context(one) with { MaxThreads = 1 }).Dispose();
        Load(options, Context(four) with { MaxThreads = 4 }).Dispose();

        Assert.Equal(File.ReadAllBytes(Directory.GetFiles(one).Single()), File.ReadAllBytes(Directory.GetFiles(four).Single()));
    }

    [Fact]
    public void Load_Again_ReusesTheFileUntilSomethingChanges()
    {
        string path = Rows("a.jsonl", 20);
        SftDataOptions options = Options(path);
        Load(options).Dispose();

        using (SftDataset again = Load(options))
        {
            Assert.True(again.WasReused);
            Assert.Equal(20, again.Report.RowsRead);
        }

        Assert.False(Reused(options with { MaxTokens = 30 }));
        Assert.False(Reused(options with { LossOn = LossOn.All }));
        Assert.False(Reused(options with { TemplateVariables = new Dictionary<string, string> { ["a"] = "1" } }));
        Assert.False(Reused(options with { Sources = [new DataSource { Path = path, MaxRows = 10 }] }));
        Assert.False(Reused(options with { Sources = [new DataSource { Path = path, Format = new PromptCompletionFormat { Prompt = "completion", Completion = "prompt" } }] }));
        Assert.True(Reused(options));
        File.AppendAllText(path, "{\"prompt\":\"new\",\"completion\":\"row\"}\n");
        Assert.False(Reused(options));

        bool Reused(SftDataOptions changed)
        {
            using SftDataset dataset = Load(changed);
            return dataset.WasReused;
        }
    }

    [Fact]
    public void Load_Rows_KeepsTheirOrderNumbersAndTokens()
    {
        using SftDataset dataset = Load(Options(Rows("a.jsonl", 700)));

        Assert.Equal(700, dataset.Store.Count);
        for (int i = 0; i < 700; i++)
        {
            Assert.Equal(i + 1, dataset.Store.RowOf(i));
            Assert.Equal($"q{i}:a{i}<eos>", SmallModel.Whole(dataset.Store.Read(i)));
        }
    }

    [Fact]
    public void Load_InvalidRow_SaysWhereAndHowToGoOn()
    {
        string path = _folder.Write("a.jsonl", "{\"prompt\":\"q\",\"completion\":\"a\"}\n\n{\"prompt\":\"q\",\"completion\":\"\"}\n");

        var error = Assert.Throws<DatasetFormatException>(() => Load(Options(path)));

        Assert.Equal($"{path}:3 (row 2)", error.Where);
        Assert.Contains("completion", error.Facts, StringComparison.Ordinal);
        Assert.Contains("invalid_rows: drop", error.Fix, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(_folder.Path), file => file.Contains("examples-", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_DroppingInvalidRows_CountsEachByReason()
    {
        string path = _folder.Write("a.jsonl", """
            {"prompt":"q","completion":"a","id":1}
            {"prompt":"q","completion":""}
            {"prompt":7,"completion":"a"}
            {"prompt":"q"}
            {"prompt":"a long prompt that fills all","completion":"a"}
            {"prompt":"q","completion":"an answer that is too long"}
            """);

        using SftDataset dataset = Load(Options(path) with { InvalidRows = InvalidRows.Drop, MaxTokens = 16 });

        SourceReport report = dataset.Report.Sources.Single();
        Assert.Equal((6L, 2L, "prompt-completion", true), (report.RowsRead, report.Examples, report.Format, report.IsDetected));
        Assert.Equal(
            [(RowIssue.Malformed, "3"), (RowIssue.NoAnswer, "2,4"), (RowIssue.NothingToLearn, "5")],
            report.Dropped.Select(dropped => (dropped.Issue, string.Join(',', dropped.FirstRows))));
        Assert.Equal((1L, 12L), (report.Truncated, report.CutTokens));
        Assert.Equal([6L], report.TruncatedRows);
        Assert.Equal(["id"], report.UnusedColumns);
        Assert.Equal(report.RowsRead, report.Examples + report.Dropped.Sum(dropped => dropped.Count));
        Assert.Equal(5, dataset.Report.CreateWarnings().Count);
        Assert.Contains(dataset.Report.CreateWarnings(), warning => warning.Contains("2 of 6 rows left out (no answer): rows 2, 4; the first, ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Truncation.Drop, false)]
    [InlineData(Truncation.Error, true)]
    public void Load_TooLongAndNotToBeCut_IsCountedOrAnError(Truncation truncation, bool throws)
    {
        SftDataOptions options = Options(_folder.Write("a.jsonl", "{\"text\":\"abc\"}\n{\"text\":\"abcdefgh\"}")) with { MaxTokens = 5, Truncation = truncation };
        if (throws)
        {
            Assert.Contains("9 tokens, at most 5", Assert.Throws<DatasetFormatException>(() => Load(options)).Facts, StringComparison.Ordinal);
            return;
        }

        using SftDataset dataset = Load(options);
        Assert.Equal((RowIssue.TooLong, 1L), (dataset.Report.Sources[0].Dropped.Single().Issue, dataset.Report.Sources[0].Dropped.Single().Count));
    }

    [Fact]
    public void Load_ReasoningThatTheTemplateDoesNotWrite_IsAWarningWithItsRows()
    {
        string path = _folder.Write("a.jsonl", """
            {"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}
            {"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a","reasoning_content":"hm"}]}
            """);

        using SftDataset dataset = Load(Options(path));

        Assert.Equal($"{path}: 1 of 2 examples have reasoning_content, which the chat template does not write: row 2; use a model whose template does", Assert.Single(dataset.Report.CreateWarnings()));
    }

    [Fact]
    public void Load_NoRowLeft_Throws() =>
        Assert.Contains("no answer", Assert.Throws<DatasetFormatException>(() => Load(Options(_folder.Write("a.jsonl", "{\"prompt\":\"q\",\"completion\":\"\"}")) with { InvalidRows = InvalidRows.Drop })).Facts, StringComparison.Ordinal);

    [Fact]
    public void Load_EmptyFile_Throws() =>
        Assert.Contains("no rows", Assert.Throws<DatasetFormatException>(() => Load(Options(_folder.Write("a.jsonl", "\n\n")))).What, StringComparison.Ordinal);

    [Theory]
    [InlineData(PackingStrategy.BestFit, 5, 4)]
    [InlineData(PackingStrategy.BestFitSplit, 9, 0)]
    [InlineData(PackingStrategy.Wrapped, 9, 0)]
    public void Load_ForPacking_CutsOnlyWhatIsNotSplit(PackingStrategy packing, int length, int cut)
    {
        using SftDataset dataset = Load(Options(_folder.Write("a.jsonl", "{\"text\":\"abcdefgh\"}")) with { MaxTokens = 5, Packing = packing });

        Assert.Equal((length, (long)cut), (dataset.Store.LengthOf(0), dataset.Report.Sources[0].CutTokens));
    }

    [Fact]
    public void Load_ValidationFraction_DividesWithoutLossByTheSeed()
    {
        SftDataOptions options = Options(Rows("a.jsonl", 100), Rows("b.jsonl", 50)) with { ValidationFraction = 0.1 };

        using SftDataset dataset = Load(options), same = Load(options), other = Load(options, seed: 2);

        Assert.Equal(15, dataset.Validation.Length);
        Assert.Equal(Enumerable.Range(0, 150), dataset.Training.SelectMany(group => group.Examples).Concat(dataset.Validation).Order());
        Assert.Equal(dataset.Validation, same.Validation);
        Assert.NotEqual(dataset.Validation, other.Validation);
    }

    [Fact]
    public void Load_ValidationFiles_AreKeptApart()
    {
        using SftDataset dataset = Load(Options(Rows("a.jsonl", 10)) with { Validation = [new DataSource { Path = Rows("b.jsonl", 4) }] });

        Assert.Equal(Enumerable.Range(10, 4), dataset.Validation);
        Assert.Equal(Enumerable.Range(0, 10), dataset.Training.Single().Examples);
    }

    [Fact]
    public void Load_ValidationThatLeavesNothing_Throws() =>
        Assert.Contains("from 1 to 9", Assert.Throws<DatasetFormatException>(() => Load(Options(Rows("a.jsonl", 10)) with { ValidationRows = 10 })).Fix, StringComparison.Ordinal);

    [Fact]
    public void Load_Weights_SayHowManyRowsAnEpochTakes()
    {
        string path = Rows("a.jsonl", 10);
        SftDataOptions options = Options() with { Sources = [new DataSource { Path = path, Weight = 0.25 }, new DataSource { Path = path, Weight = 2 }, new DataSource { Path = path, MaxRows = 3 }] };

        using SftDataset dataset = Load(options);

        Assert.Equal([(10, 3L), (10, 20L), (3, 3L)], dataset.Training.Select(group => (group.Examples.Length, group.PerEpoch)));
    }

    [Fact]
    public void Load_Cancelled_LeavesNoFile()
    {
        using var source = new CancellationTokenSource();
        string path = Rows("a.jsonl", 1000);
        DataContext context = Context(_folder.Path) with { OnRows = _ => source.Cancel() };

        Assert.Throws<OperationCanceledException>(() => SftDataset.Load(Options(path), SmallModel.Text(), context, new RandomStream(1, "data"), source.Token));

        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Load_RegisteredDataset_UsesItsColumnsAndCount()
    {
        _folder.Write("qa.json", "[{\"q\":\"1\",\"a\":\"2\"},{\"q\":\"3\",\"a\":\"4\"}]");
        string registry = _folder.Write(DatasetRegistry.FileName, """{"qa":{"file_name":"qa.json","num_samples":5,"columns":{"prompt":"q","response":"a"}}}""");

        using SftDataset dataset = Load(Options() with { Sources = [new DataSource { Path = registry, Name = "qa" }] });

        Assert.Equal("2<e>", SmallModel.Trained(dataset.Store.Read(0)));
        Assert.Equal(5, dataset.Training.Single().PerEpoch);
    }

    public void Dispose() => _folder.Dispose();

    private string Rows(string name, int count) =>
        _folder.Write(name, string.Concat(Enumerable.Range(0, count).Select(i => $"{{\"prompt\":\"q{i}:\",\"completion\":\"a{i}\"}}\n")));

    private static SftDataOptions Options(params string[] paths) => new() { Sources = [.. paths.Select(path => new DataSource { Path = path })] };

    private static DataContext Context(string folder) => new() { Registry = SmallModel.Registry, CacheFolder = folder };

    private SftDataset Load(SftDataOptions options, DataContext? context = null, ulong seed = 1) =>
        SftDataset.Load(options, SmallModel.Text(), context ?? Context(_folder.Path), new RandomStream(seed, "data"));
}
