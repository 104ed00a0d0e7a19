using System.Text.Json;
using Hone.Conformance.Tests.TextModels;
using Hone.Models;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Conformance.Tests.SmolLm2;

/// <summary>SmolLM2-135M from its Q4_1 GGUF against transformers: hidden states, logits and log-probabilities of texts.</summary>
[ReadsFixture("smollm2/prompts")]
[ReadsFixture("smollm2/logits")]
[ReadsFixture("smollm2/scores")]
public sealed class SmolLm2ForwardFixtureTests(SmolLm2Checkpoint model) : IClassFixture<SmolLm2Checkpoint>
{
    private const double LogitTolerance = 1e-3, NormTolerance = 1e-4; // absolute, relative: the fixtures' README

    // The README says 1. The sum of 49,152 logits amplifies what f32 rounding has in common in all of them: torch itself is 0.4 from the f64 sum where it was
    // checked (first token of tiny_sum), products with longer chains of additions up to 3; each logit is within a tenth of its own tolerance.
    private const double SumTolerance = 4;
    private const double HeadRelativeTolerance = 1e-4, HeadTolerance = 1e-3; // of single hidden values, which the README does not bound: as norms and logits

    // Products by blocks round their inputs to 8 bits, the reference does not: a text's perplexity moves by less than this share.
    private const double QuantizedPerplexityTolerance = 0.03;

    [Fact]
    public void Forward_AllPrompts_EqualTransformers()
    {
        List<JsonElement> prompts = Lines("prompts.jsonl");
        var file = new FixtureTensors(Fixtures.At("smollm2", "logits.safetensors"));
        using var scope = TensorScope.Begin("test");
        (Tensor ids, PackedAttentionContext context) = PaddedBatch.Pack([.. prompts.Select(Ids)]);
        var states = new List<Tensor>();

        Tensor hidden = model.Exact.Forward(ids, context, states);
        states.Add(hidden);

        double worst = 0;
        void Compare(string what, double actual, double expected, double bound)
        {
            double used = Math.Abs(actual - expected) / bound;
            Assert.True(used <= 1, $"{what}: {actual:R}, expected {expected:R}");
            worst = Math.Max(worst, used);
        }

        for (int p = 0; p < prompts.Count; p++)
        {
            string id = prompts[p].GetProperty("id").GetString()!;
            (int start, int length) = (context.Sequences.QueryOffsets[p], Ids(prompts[p]).Count);
            double[] norms = file[$"{id}.hidden_norms"].ToDoubles(), heads = file[$"{id}.hidden_head8"].ToDoubles();
            for (int layer = 0; layer < states.Count; layer++)
            {
                double[][] rows = Ops.Slice(states[layer], 0, start, length).ToDoubles().Chunk(hidden.Shape[1]).ToArray();
                for (int t = 0; t < length; t++)
                {
                    double expected = norms[(layer * length) + t];
                    Compare($"{id} norm of layer {layer} at {t}", Math.Sqrt(rows[t].Sum(v => v * v)), expected, NormTolerance * expected);
                }

                for (int i = 0; i < 8; i++)
                {
                    double expected = heads[(layer * 8) + i];
                    Compare($"{id} hidden value {i} of layer {layer}", rows[^1][i], expected, HeadTolerance + (HeadRelativeTolerance * Math.Abs(expected)));
                }
            }

            CompareLogits(file, id, Ops.Slice(hidden, 0, start, length), Compare);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{prompts.Count} prompts, worst value at {worst:P1} of its tolerance");
    }

    [Fact]
    public void Scores_AllTexts_EqualTransformers()
    {
        List<JsonElement> texts = Lines("scores.jsonl");

        double[][] actual = Score(model.Exact, texts);

        double worst = 0;
        for (int i = 0; i < texts.Count; i++)
        {
            double[] expected = [.. texts[i].GetProperty("logprobs").EnumerateArray().Select(value => value.GetDouble())];
            Assert.Equal(expected.Length, actual[i].Length);
            for (int t = 0; t < expected.Length; t++)
            {
                Assert.True(Math.Abs(actual[i][t] - expected[t]) <= LogitTolerance, $"text {i}, token {t + 1}: {actual[i][t]:R}, expected {expected[t]:R}");
                worst = Math.Max(worst, Math.Abs(actual[i][t] - expected[t]) / LogitTolerance);
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{texts.Count} texts, worst token at {worst:P1} of its tolerance");
    }

    [Fact]
    public void Scores_WeightsInBlocks_AreThoseOfTheSameModel()
    {
        List<JsonElement> texts = Lines("scores.jsonl");
        using CausalLm quantized = SmolLm2Checkpoint.LoadQuantized();

        double[][] actual = Score(quantized, texts);

        double[] expected = [.. texts.SelectMany(text => text.GetProperty("logprobs").EnumerateArray().Select(value => value.GetDouble()))];
        double ratio = Math.Exp(expected.Average() - actual.SelectMany(token => token).Average());
        TestContext.Current.TestOutputHelper!.WriteLine($"perplexity {ratio:0.0000} times that of the reference");
        Assert.InRange(ratio, 1 - QuantizedPerplexityTolerance, 1 + QuantizedPerplexityTolerance);
    }

    private void CompareLogits(FixtureTensors file, string id, Tensor hidden, Action<string, double, double, double> compare)
    {
        using var scope = TensorScope.Begin("logits");
        double[][] logits = model.Exact.Logits(hidden).ToDoubles().Chunk(model.Exact.Config.VocabSize).ToArray();
        int[] positions = file[$"{id}.positions"].ToArray<int>(), topIds = file[$"{id}.top_ids"].ToArray<int>();
        double[] top = file[$"{id}.top_logits"].ToDoubles(), sums = file[$"{id}.logit_sum"].ToDoubles(), logSums = file[$"{id}.logsumexp"].ToDoubles();
        int count = topIds.Length / positions.Length;
        for (int i = 0; i < positions.Length; i++)
        {
            double[] row = logits[positions[i]];
            double largest = row.Max();
            compare($"{id} logsumexp at {positions[i]}", largest + Math.Log(row.Sum(z => Math.Exp(z - largest))), logSums[i], LogitTolerance);
            compare($"{id} sum of logits at {positions[i]}", row.Sum(), sums[i], SumTolerance);
            for (int k = 0; k < count; k++)
            {
                compare($"{id} logit of {topIds[(i * count) + k]} at {positions[i]}", row[topIds[(i * count) + k]], top[(i * count) + k], LogitTolerance);
            }

            // The named tokens are the largest: no other one lies above the last of them by more than the tolerance.
            HashSet<int> named = [.. topIds.AsSpan(i * count, count)];
            double other = Enumerable.Range(0, row.Length).Where(token => !named.Contains(token)).Max(token => row[token]);
            Assert.True(other <= top[((i + 1) * count) - 1] + LogitTolerance, $"{id} at {positions[i]}: a token that is not named has the logit {other}");
        }

        if (file.Has($"{id}.full_logits"))
        {
            double[] full = file[$"{id}.full_logits"].ToDoubles();
            double[] last = [.. logits[^2], .. logits[^1]];
            for (int i = 0; i < full.Length; i++)
            {
                compare($"{id} full logits, element {i}", last[i], full[i], LogitTolerance);
            }
        }
    }

    private static double[][] Score(CausalLm lm, List<JsonElement> texts)
    {
        using var scope = TensorScope.Begin("score");
        (Tensor ids, PackedAttentionContext context) = PaddedBatch.Pack([.. texts.Select(Ids)]);
        Tensor hidden = lm.Forward(ids, context);
        return [.. texts.Select((text, i) =>
        {
            using var inner = TensorScope.Begin("text");
            List<long> tokens = Ids(text);
            Tensor logProbabilities = Ops.LogSoftmax(lm.Logits(Ops.Slice(hidden, 0, context.Sequences.QueryOffsets[i], tokens.Count)));
            Tensor next = Tensor.From([.. tokens.Skip(1)], tokens.Count - 1, 1);
            return Ops.Gather(Ops.Slice(logProbabilities, 0, 0, tokens.Count - 1), -1, next).ToDoubles();
        })];
    }

    private static List<long> Ids(JsonElement entry) => [.. entry.GetProperty("ids").EnumerateArray().Select(id => id.GetInt64())];

    private static List<JsonElement> Lines(string name)
    {
        string path = Fixtures.At("smollm2", name);
        Assert.SkipUnless(File.Exists(path), $"no fixture smollm2/{name}");
        return [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
    }
}
