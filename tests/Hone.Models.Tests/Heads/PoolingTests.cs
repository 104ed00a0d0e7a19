using Hone.Models.Families;
using Hone.Models.Heads;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Tests.Heads;

public sealed class PoolingTests
{
    // Two sequences, (1, 2), (3, 6) and (5, 5), (0, 1), (7, 3).
    private static readonly float[] s_rows = [1, 2, 3, 6, 5, 5, 0, 1, 7, 3];

    [Theory]
    [InlineData(PoolingMode.Cls, new[] { 1f, 2, 5, 5 })]
    [InlineData(PoolingMode.LastToken, new[] { 3f, 6, 7, 3 })]
    [InlineData(PoolingMode.Mean, new[] { 2f, 4, 4, 3 })]
    [InlineData(PoolingMode.Max, new[] { 3f, 6, 7, 5 })]
    [InlineData(PoolingMode.MeanSqrtLen, new[] { 2.828427f, 5.656854f, 6.928203f, 5.196152f })] // (1 + 3)/√2, …, (5 + 0 + 7)/√3, …
    [InlineData(PoolingMode.WeightedMean, new[] { 2.333333f, 4.666667f, 4.333333f, 2.666667f })] // (1·1 + 2·3)/3, …, (1·5 + 2·0 + 3·7)/6, …
    public void Pool_TwoSequences_OneVectorEach(PoolingMode mode, float[] expected)
    {
        using var scope = TensorScope.Begin("test");

        float[] pooled = new PoolingSettings { Modes = [mode] }.Pool(Tensor.From(s_rows, 5, 2), PackedAttentionContext.FromLengths(2, 3)).ToArray<float>();

        Assert.All(expected.Zip(pooled), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void Pool_HiddenTokens_AreLeftOut()
    {
        using var scope = TensorScope.Begin("test");
        var context = new PackedAttentionContext(Tensor.From([0, 1, 0, 1, 2], 5), PackedSequences.FromLengths(2, 3), [3]);

        float[] pooled = SequencePooling.Mean(Tensor.From(s_rows, 5, 2), context).ToArray<float>();

        Assert.Equal([2, 4, 6, 4], pooled);
    }

    [Fact]
    public void Normalize_ZeroVector_StaysZero()
    {
        using var scope = TensorScope.Begin("test");

        Assert.Equal([0.6f, 0.8f, 0, 0], SequencePooling.Normalize(Tensor.From([3f, 4, 0, 0], 2, 2)).ToArray<float>());
    }

    [Theory]
    [InlineData("Pooling", """{ "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true }""", 2, null)]
    [InlineData("Pooling", """{ "pooling_mode": "lasttoken" }""", 1, null)]
    [InlineData("Pooling", """{ "pooling_mode": "median" }""", 0, "median")]
    [InlineData("Pooling", """{ "pooling_mode_mean_tokens": false }""", 0, "no pooling")]
    [InlineData("Asym", "{}", 0, "Asym")]
    public void Read_ModulesOfAFolder_AreUnderstoodOrRefused(string type, string config, int modes, string? fact)
    {
        string folder = Directory.CreateTempSubdirectory("hone-pooling").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "1_Pooling"));
            File.WriteAllText(Path.Combine(folder, "1_Pooling", "config.json"), config);
            File.WriteAllText(Path.Combine(folder, "modules.json"), $$"""[{ "type": "sentence_transformers.models.{{type}}", "path": "1_Pooling" }, { "type": "x.Normalize", "path": "2_Normalize" }]""");
            if (fact is null)
            {
                PoolingSettings settings = PoolingSettings.Read(folder)!;
                Assert.Equal(modes, settings.Modes.Length);
                Assert.True(settings.Normalizes);
            }
            else
            {
                Assert.Contains(fact, Assert.Throws<ModelConfigException>(() => PoolingSettings.Read(folder)).Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Read_FolderWithoutModules_SaysNothing() => Assert.Null(PoolingSettings.Read(Path.GetTempPath()));
}
