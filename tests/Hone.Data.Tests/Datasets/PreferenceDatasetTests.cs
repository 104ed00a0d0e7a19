using Hone.Core.Random;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Data.Formats;

namespace Hone.Data.Tests.Datasets;

public sealed class PreferenceDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void LoadPairs_Texts_TrainsTheAnswersAlone()
    {
        using PreferenceDataset dataset = Pairs(Options("""{"prompt":"q:","chosen":"yes","rejected":"no"}"""));

        Assert.Equal(2, dataset.Store.Count);
        Assert.Equal((ExampleRole.Chosen, ExampleRole.Rejected), (dataset.Store.RoleOf(0), dataset.Store.RoleOf(1)));
        Assert.Equal(("q:yes<eos>", "yes<eos>"), Show(dataset, 0));
        Assert.Equal(("q:no<eos>", "no<eos>"), Show(dataset, 1));
        Assert.Equal(6 + 5, dataset.LengthOf(0));
        Assert.Equal([0], dataset.Training.Single().Examples);
    }

    [Fact]
    public void LoadPairs_Conversations_TrainWhatFollowsThePrompt()
    {
        using PreferenceDataset dataset = Pairs(Options("""{"chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"b"}]}"""));

        Assert.Equal(("<s>user\nq<e>\n<s>assistant\na<e>\n", "a<e>\n"), Show(dataset, 0));
        Assert.Equal(("<s>user\nq<e>\n<s>assistant\nb<e>\n", "b<e>\n"), Show(dataset, 1));
    }

    [Fact]
    public void LoadPairs_LongPromptsAndAnswers_AreCutAndCounted()
    {
        using PreferenceDataset dataset = Pairs(Options("""{"prompt":"0123456789","chosen":"abcdefgh","rejected":"x"}""") with { MaxPromptTokens = 4, MaxTokens = 7 });

        Assert.Equal(("6789abc", "abc"), Show(dataset, 0));
        Assert.Equal(("6789x<eos>", "x<eos>"), Show(dataset, 1));
        SourceReport report = Assert.Single(dataset.Report.Sources);
        Assert.Equal((1, 6, 2, 12), (report.Truncated, report.CutTokens, report.CutPrompts, report.CutPromptTokens)); // d to h and the end, and 0 to 5 twice
        Assert.Contains(dataset.Report.CreateWarnings(), warning => warning.Contains("2 of 2 prompts cut, 12 tokens lost: row 1; max_prompt_tokens decides", StringComparison.Ordinal));
    }

    [Fact]
    public void LoadPairs_EqualAnswers_AreLeftOutWithTheirNumbers()
    {
        using PreferenceDataset dataset = Pairs(Options(
            """{"prompt":"q","chosen":"a","rejected":"b"}""", """{"prompt":"q","chosen":"a","rejected":"a"}""", """{"prompt":"q","chosen":"abcdefghX","rejected":"abcdefghY"}""") with { MaxTokens = 6 });

        Assert.Equal(2, dataset.Store.Count);
        Assert.Equal(2, dataset.Report.Dropped);
        string warning = Assert.Single(dataset.Report.CreateWarnings(), warning => warning.Contains("equal answers", StringComparison.Ordinal));
        Assert.Contains("2 of 3 rows left out (equal answers): rows 2, 3", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"prompt":"q","chosen":"","rejected":"b"}""", "'chosen' is empty")]
    [InlineData("""{"prompt":"q","chosen":"a"}""", "'rejected' is empty or missing")]
    [InlineData("""{"chosen":"a","rejected":"b"}""", "begin differently")]
    public void LoadPairs_InvalidRow_IsAnErrorThatNamesIt_OrCounted(string row, string facts)
    {
        PreferenceDataOptions options = Options("""{"prompt":"q","chosen":"a","rejected":"b"}""", row);

        var error = Assert.Throws<DatasetFormatException>(() => Pairs(options));

        Assert.Contains("row 2", error.Where, StringComparison.Ordinal);
        Assert.Contains(facts, error.Facts, StringComparison.Ordinal);
        using PreferenceDataset dataset = Pairs(options with { InvalidRows = InvalidRows.Drop });
        Assert.Equal((2, 1), (dataset.Store.Count, dataset.Report.Dropped));
    }

    [Fact]
    public void LoadPairs_RowsWithoutPreference_IsRefused()
    {
        var error = Assert.Throws<DatasetFormatException>(() => Pairs(Options("""{"prompt":"q","completion":"a","label":true}""")));

        Assert.Contains("kto", error.Fix, StringComparison.Ordinal);
        string path = _folder.Write("sft.jsonl", """{"prompt":"q","completion":"a"}""" + "\n");
        error = Assert.Throws<DatasetFormatException>(() => Pairs(new PreferenceDataOptions { Sources = [new DataSource { Path = path, Format = new PromptCompletionFormat() }] }));
        Assert.Contains("preference", error.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadFeedback_TakesMarkedAnswersAndPairs()
    {
        string single = _folder.Write("single.jsonl", """{"prompt":"q","completion":"a","label":false}""" + "\n"), pairs = _folder.Write("pairs.jsonl", """{"prompt":"r","chosen":"b","rejected":"c"}""" + "\n");
        using PreferenceDataset dataset = Feedback(new PreferenceDataOptions { Sources = [new DataSource { Path = single }, new DataSource { Path = pairs }] });

        Assert.Equal(["qa<eos>", "rb<eos>", "rc<eos>"], Enumerable.Range(0, 3).Select(i => Show(dataset, i).Whole));
        Assert.Equal([ExampleRole.Undesirable, ExampleRole.Desirable, ExampleRole.Undesirable], Enumerable.Range(0, 3).Select(dataset.Store.RoleOf));
        Assert.Equal([1, 2], dataset.Training.Select(group => group.Examples.Length));
    }

    [Fact]
    public void LoadPairs_Validation_KeepsPairsTogether()
    {
        using PreferenceDataset dataset = Pairs(Options([.. Enumerable.Range(0, 20).Select(i => $$"""{"prompt":"q{{i}}","chosen":"a","rejected":"b"}""")]) with { ValidationRows = 5 });

        Assert.Equal((15, 5), (dataset.Training.Single().Examples.Length, dataset.Validation.Length));
        Assert.Empty(dataset.Training.Single().Examples.Intersect(dataset.Validation));
        BatchPlan plan = BatchPlan.Create(dataset, new BatchOptions { Rows = 4 }, new RandomStream(1, "batches"));
        int[] items = [.. Enumerable.Range(0, plan.PlanEpoch(0).BatchCount).SelectMany(batch => plan.PlanEpoch(0).Batch(batch)).Select(segment => segment.Example)];
        Assert.Equal(dataset.Training.Single().Examples.Order(), items.Order());
        Assert.Equal(2, BatchPlan.CreateValidation(dataset, 4)!.PlanEpoch(0).BatchCount);
        Assert.Equal(dataset.Store.RowOf(2 * items[0]), dataset.Store.RowOf((2 * items[0]) + 1));
    }

    [Fact]
    public void LoadPairs_OfARegistry_ReadsRankings()
    {
        _folder.Write("rank.jsonl", """{"q":"Say","good":"yes","bad":"no"}""" + "\n");
        _folder.Write("talk.jsonl", """{"m":[{"role":"user","content":"q"}],"good":{"role":"assistant","content":"a"},"bad":{"role":"assistant","content":"b"}}""" + "\n");
        _folder.Write("kto.jsonl", """{"q":"Say","a":"yes","tag":true}""" + "\n");
        string registry = _folder.Write(DatasetRegistry.FileName, """
            {"rank":{"file_name":"rank.jsonl","ranking":true,"columns":{"prompt":"q","chosen":"good","rejected":"bad"}},
             "talk":{"file_name":"talk.jsonl","ranking":true,"formatting":"openai","columns":{"messages":"m","chosen":"good","rejected":"bad"}},
             "kto":{"file_name":"kto.jsonl","columns":{"prompt":"q","response":"a","kto_tag":"tag"}},
             "none":{"file_name":"rank.jsonl"},
             "both":{"file_name":"rank.jsonl","ranking":true,"columns":{"prompt":"q","kto_tag":"tag"}}}
            """);
        PreferenceDataOptions Named(string name) => new() { Sources = [new DataSource { Path = registry, Name = name }] };

        using PreferenceDataset rank = Pairs(Named("rank")), talk = Pairs(Named("talk")), kto = Feedback(Named("kto"));

        Assert.Equal(("yes<e>\n", "no<e>\n"), (Show(rank, 0).Trained, Show(rank, 1).Trained));
        Assert.Equal(("a<e>\n", "b<e>\n"), (Show(talk, 0).Trained, Show(talk, 1).Trained));
        Assert.Equal(ExampleRole.Desirable, kto.Store.RoleOf(0));
        Assert.Contains("kto", Assert.Throws<DatasetFormatException>(() => Pairs(Named("kto"))).Fix, StringComparison.Ordinal);
        Assert.Contains("ranking", Assert.Throws<DatasetFormatException>(() => Pairs(Named("none"))).Fix, StringComparison.Ordinal);
        Assert.Contains("kto_tag", Assert.Throws<DatasetFormatException>(() => Feedback(Named("both"))).Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadPairs_OfATable_ReadsIt()
    {
        string path = _folder.Write("pairs.csv", "prompt,chosen,rejected\nq,\"a, b\",c\n");
        using PreferenceDataset dataset = Pairs(new PreferenceDataOptions { Sources = [new DataSource { Path = path }] });

        Assert.Equal(("qa, b<eos>", "a, b<eos>"), Show(dataset, 0));
    }

    [Fact]
    public void Mismatched_Partners_HaveOtherPrompts()
    {
        using PreferenceDataset dataset = Feedback(Options([.. Enumerable.Range(0, 12).Select(i => $$"""{"prompt":"{{(i < 9 ? "same" : $"p{i}")}}","chosen":"a{{i}}","rejected":"b{{i}}"}""")]));
        int[] all = [.. Enumerable.Range(0, dataset.Store.Count)];

        MismatchedAnswers others = MismatchedAnswers.Create(dataset.Store, [[.. all]], 64, new RandomStream(1, "m")), again = MismatchedAnswers.Create(dataset.Store, [[.. all]], 64, new RandomStream(1, "m"));

        foreach (int example in all)
        {
            string answer = SmallModel.Trained(others.Read(example)), prompt = PromptOf(dataset.Store.Read(example));
            SftExample origin = dataset.Store.Read(all.Single(i => Show(dataset, i).Trained == answer));
            Assert.NotEqual(prompt, PromptOf(origin));
            Assert.Equal(prompt + answer, SmallModel.Whole(others.Read(example)));
            Assert.Equal(prompt + answer, SmallModel.Whole(again.Read(example)));
        }

        MismatchedAnswers cut = MismatchedAnswers.Create(dataset.Store, [[.. all]], 5, new RandomStream(1, "m"));
        Assert.Equal(5, all.Max(example => cut.Read(example).InputIds.Length));

        static string PromptOf(SftExample example) => SmallModel.Whole(example)[..^SmallModel.Trained(example).Length];
    }

    [Fact]
    public void Mismatched_OnePromptAlone_IsRefused()
    {
        using PreferenceDataset dataset = Feedback(Options("""{"prompt":"q","chosen":"a","rejected":"b"}"""));

        Assert.Contains("same prompt", Assert.Throws<DatasetFormatException>(() => MismatchedAnswers.Create(dataset.Store, [[0, 1]], 9, new RandomStream(1, "m"))).What, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private PreferenceDataOptions Options(params string[] rows) => new() { Sources = [new DataSource { Path = _folder.Write("rows.jsonl", string.Concat(rows.Select(row => row + "\n"))) }] };

    private PreferenceDataset Pairs(PreferenceDataOptions options) => PreferenceDataset.LoadPairs(options, SmallModel.Text(), Context(), new RandomStream(1, "validation"), TestContext.Current.CancellationToken);

    private PreferenceDataset Feedback(PreferenceDataOptions options) => PreferenceDataset.LoadFeedback(options, SmallModel.Text(), Context(), new RandomStream(1, "validation"), TestContext.Current.CancellationToken);

    private DataContext Context() => new() { Registry = SmallModel.Registry, CacheFolder = _folder.Path };

    private static (string Whole, string Trained) Show(PreferenceDataset dataset, int example) => (SmallModel.Whole(dataset.Store.Read(example)), SmallModel.Trained(dataset.Store.Read(example)));
}
