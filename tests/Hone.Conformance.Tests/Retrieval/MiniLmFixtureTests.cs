using System.Text.Json;
using Hone.Conformance.Tests.TextModels;
using Hone.Core.Recipes;
using Hone.Models;
using Hone.Models.Heads;
using Hone.Tensors;

namespace Hone.Conformance.Tests.Retrieval;

/// <summary>all-MiniLM-L6-v2, pooled as its folder says, against sentence-transformers.</summary>
[ReadsFixture("retrieval/minilm")]
public sealed class MiniLmFixtureTests
{
    private const double EmbeddingTolerance = 2e-6; // absolute, as the fixtures' README states

    [Fact]
    public void Embeddings_AllTexts_EqualSentenceTransformers()
    {
        string folder = SharedData.At("models", "all-minilm-l6-v2"), lines = Fixtures.At("retrieval", "minilm.jsonl");
        Assert.SkipUnless(Directory.Exists(folder), "no models/all-minilm-l6-v2 under HONE_SHARED");
        Assert.SkipUnless(File.Exists(lines), "no fixture retrieval/minilm.jsonl");
        int[][] texts = [.. File.ReadLines(lines).Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("ids_512").EnumerateArray().Select(id => id.GetInt32()).ToArray())];
        var file = new FixtureTensors(Fixtures.At("retrieval", "minilm.safetensors"));
        PoolingSettings pooling = PoolingSettings.Read(folder)!;
        using Encoder model = Encoder.Load(folder, new LoadOptions { Weights = WeightType.F32 });
        using var scope = TensorScope.Begin("test");
        int[] ids = [.. texts.SelectMany(text => text)];
        var input = new EncoderInput
        {
            InputIds = Tensor.From(ids, ids.Length),
            Context = Models.Nn.PackedAttentionContext.FromLengths([.. texts.Select(text => text.Length)]),
        };

        Tensor hidden = model.Forward(input);

        var close = new Tolerance();
        close.Absolute("embeddings", pooling.Pool(hidden, input.Context).ToDoubles(), file["embedding_512"].ToDoubles(), EmbeddingTolerance);
        close.Values("pooled", (pooling with { Normalizes = false }).Pool(hidden, input.Context).ToDoubles(), file["pooled_512"].ToDoubles());
        Assert.Equal(256, pooling.MaxSeqLength);
        close.Report();
    }
}
