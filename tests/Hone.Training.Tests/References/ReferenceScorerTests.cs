using System.Collections.Immutable;
using Hone.Core.Runs;
using Hone.Data.Datasets;
using Hone.Tensors;
using Hone.Training.References;

namespace Hone.Training.Tests.References;

public sealed class ReferenceScorerTests
{
    private const int Count = ReferenceScorer.PartSequences + 10;

    private static readonly SftExample[] s_examples = PreferenceRun.Examples(Count);

    [Fact]
    public void Score_Again_ReadsWhatWasWritten()
    {
        using var run = new PreferenceRun();
        ReferenceScores first = Score(run), second = Score(run, read: _ => throw new InvalidOperationException("nothing is to be computed"));

        Assert.Equal((Count, 0), (first.Computed, second.Computed));
        Assert.Equal(first.Sums, second.Sums);
        Assert.Equal(2, Directory.GetFiles(run.References).Length);
        Assert.Empty(run.Warnings);
    }

    [Fact]
    public void Score_OfATrainedAdapter_IsThatOfTheModelWithoutIt()
    {
        using PreferenceRun plain = new(), trained = new();
        foreach (Parameter parameter in trained.Adapter.Parameters())
        {
            using var scope = TensorScope.Begin("test");
            parameter.CopyFrom(Tensor.Full(parameter.DType, 0.3, parameter.Shape.Dimensions.ToArray()));
        }

        Assert.Equal(Score(plain).Sums, Score(trained).Sums);
        Assert.All(trained.Adapter.Linears.Keys, layer => Assert.NotNull(layer.Adapter)); // attached again
    }

    [Fact]
    public void Score_WithADamagedFile_MakesThatOneAgain()
    {
        using var run = new PreferenceRun();
        ImmutableArray<float> expected = Score(run).Sums;
        string path = Directory.GetFiles(run.References).Order(StringComparer.Ordinal).Last();
        byte[] bytes = File.ReadAllBytes(path);
        bytes[60] ^= 1;
        File.WriteAllBytes(path, bytes);

        ReferenceScores again = Score(run);

        Assert.Equal(10, again.Computed);
        Assert.Equal(expected, again.Sums);
        Assert.Contains("damaged", Assert.Single(run.Warnings), StringComparison.Ordinal);
        File.WriteAllBytes(path, bytes[..40]);
        Assert.Equal(10, Score(run).Computed);
    }

    [Fact]
    public void Score_WithAnotherKey_MakesAllAgain()
    {
        using var run = new PreferenceRun();
        Score(run);

        Assert.Equal(Count, Score(run, key: "other").Computed);
        Assert.Equal(2, run.Warnings.Count);
        Assert.All(run.Warnings, warning => Assert.Contains("of another model or other data", warning, StringComparison.Ordinal));
    }

    [Fact]
    public void Score_Cancelled_KeepsTheFilesThatAreComplete()
    {
        using var run = new PreferenceRun();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        ImmutableArray<float> expected = Score(run).Sums;
        Directory.Delete(run.References, recursive: true);

        Assert.Throws<OperationCanceledException>(() => Score(run, onProgress: _ => stop.Cancel(), cancellation: stop.Token));
        Assert.All(run.Adapter.Linears.Keys, layer => Assert.NotNull(layer.Adapter));
        ReferenceScores rest = Score(run);

        Assert.Equal(10, rest.Computed);
        Assert.Equal(expected, rest.Sums);
    }

    private static ReferenceScores Score(PreferenceRun run, string key = "key", Func<int, SftExample>? read = null, Action<int>? onProgress = null, CancellationToken? cancellation = null) =>
        new ReferenceScorer(run.Model, run.Adapter, new PhysicalFileSystem(), run.References) { OnWarning = run.Warnings.Add, OnProgress = onProgress }
            .Score("answers", key, Count, read ?? (i => s_examples[i]), cancellation ?? TestContext.Current.CancellationToken);
}
