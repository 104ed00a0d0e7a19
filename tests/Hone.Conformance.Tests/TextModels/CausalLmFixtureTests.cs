using Hone.Models;
using Hone.Tensors;

namespace Hone.Conformance.Tests.TextModels;

/// <summary>Decoders against transformers: hidden states, logits, losses, gradients, padding on either side, greedy continuations.</summary>
[ReadsFixture("text-models/causal-lm")]
public sealed class CausalLmFixtureTests
{
    private const long IgnoreIndex = -100;

    public static TheoryData<string> Cases => TextModelCase.Of("causal-lm");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Training_StatesLossAndGradients_EqualTransformers(string name)
    {
        using var fixture = new TextModelCase(name);
        var close = new Tolerance();
        using CausalLm model = fixture.LoadCausalLm(ModelUse.FullTraining);
        foreach (string side in (string[])["right.", "left."])
        {
            using var scope = TensorScope.Begin("test");
            PaddedBatch batch = PaddedBatch.Read(fixture.Inputs, side);
            var layerInputs = new List<Tensor>();

            Tensor hidden = model.Forward(batch.InputIds, batch.Context(), layerInputs);
            Tensor logits = model.Logits(hidden);
            Tensor loss = Loss(fixture, batch, side, logits);

            for (int i = 0; fixture.Expected.Has($"{side}hidden.{i}"); i++)
            {
                close.Values($"{side}hidden.{i}", layerInputs[i].ToDoubles(), fixture.Doubles($"{side}hidden.{i}"));
            }

            close.Values($"{side}last_hidden_state", hidden.ToDoubles(), fixture.Doubles($"{side}last_hidden_state"));
            close.Loss($"{side}loss", loss.Item(), fixture.Doubles($"{side}loss")[0]);
            close.Values($"{side}token_logprobs", TokenLogProbabilities(batch, logits), fixture.Doubles($"{side}token_logprobs"));
            if (side == "right.")
            {
                close.Values("right.logits", logits.ToDoubles(), fixture.Doubles("right.logits"));
                loss.Backward();
                Gradients.Compare(close, model, fixture);
            }
            else
            {
                close.Values("left.last_logits", LastRows(batch, logits).ToDoubles(), fixture.Doubles("left.last_logits"));
            }
        }

        close.Report();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Inference_LogitsAndGreedyTexts_EqualTransformers(string name)
    {
        using var fixture = new TextModelCase(name);
        var close = new Tolerance();
        using CausalLm model = fixture.LoadCausalLm(ModelUse.Inference);
        using (TensorScope.Begin("test"))
        {
            PaddedBatch batch = PaddedBatch.Read(fixture.Inputs, "right.");
            close.Values("right.logits", model.Logits(model.Forward(batch.InputIds, batch.Context())).ToDoubles(), fixture.Doubles("right.logits"));
        }

        foreach (string tag in (string[])["single", "left"])
        {
            // A full recomputation, so where a cache gives other results the fixture's text without cache is the one to equal.
            string expected = fixture.Expected.Has($"greedy_nocache.{tag}.ids") ? $"greedy_nocache.{tag}" : $"greedy.{tag}";
            (long[] ids, double[] logProbabilities) = Greedy(model, PaddedBatch.Read(fixture.Inputs, tag + "."), fixture.Expected.ShapeOf(expected + ".ids")[1], []);
            Assert.Equal(Longs(fixture.Expected, expected + ".ids"), ids);
            close.Values(expected, logProbabilities, fixture.Doubles(expected + ".logprobs"));
        }

        if (fixture.Inputs.Has("greedy_eos.eos_token_ids"))
        {
            long[] ends = Longs(fixture.Inputs, "greedy_eos.eos_token_ids");
            (long[] ids, _) = Greedy(model, PaddedBatch.Read(fixture.Inputs, "left."), fixture.Expected.ShapeOf("greedy_eos.left.ids")[1], ends);
            Assert.Equal(Longs(fixture.Expected, "greedy_eos.left.ids"), ids);
        }

        close.Report();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void LegacyConfig_GivesTheSameLogits(string name)
    {
        using var fixture = new TextModelCase(name);
        Assert.SkipUnless(fixture.HasLegacyConfig, "no config.legacy.json");
        using CausalLm model = fixture.LoadCausalLm(ModelUse.Inference), legacy = fixture.LoadCausalLm(ModelUse.Inference, "config.legacy.json");
        using var scope = TensorScope.Begin("test");
        PaddedBatch batch = PaddedBatch.Read(fixture.Inputs, "right.");

        float[] expected = model.Logits(model.Forward(batch.InputIds, batch.Context())).ToArray<float>();
        float[] actual = legacy.Logits(legacy.Forward(batch.InputIds, batch.Context())).ToArray<float>();

        Assert.Equal(expected, actual);
    }

    private static Tensor Loss(TextModelCase fixture, PaddedBatch batch, string side, Tensor logits)
    {
        long[] labels = Longs(fixture.Inputs, side + "labels");
        long[] targets = new long[batch.Kept.Length];
        for (int i = 0; i < targets.Length; i++)
        {
            // Position t predicts the label of t + 1; the last token of a row predicts nothing.
            bool hasNext = i + 1 < targets.Length && batch.Kept[i + 1] / batch.Width == batch.Kept[i] / batch.Width;
            targets[i] = hasNext ? labels[batch.Kept[i + 1]] : IgnoreIndex;
        }

        return Ops.CrossEntropy(logits, Tensor.From(targets, targets.Length)).Mean();
    }

    private static double[] TokenLogProbabilities(PaddedBatch batch, Tensor logits)
    {
        int vocabulary = logits.Shape[1];
        double[] all = Ops.LogSoftmax(logits).ToDoubles(), result = new double[batch.Rows * (batch.Width - 1)];
        for (int i = 0; i + 1 < batch.Kept.Length; i++)
        {
            int here = batch.Kept[i], next = batch.Kept[i + 1];
            if (next == here + 1 && next % batch.Width != 0)
            {
                result[(here / batch.Width * (batch.Width - 1)) + (here % batch.Width)] = all[((long)i * vocabulary) + batch.Ids[next]];
            }
        }

        return result;
    }

    private static Tensor LastRows(PaddedBatch batch, Tensor logits)
    {
        var places = new long[batch.Rows];
        for (int row = 0, end = 0; row < places.Length; row++)
        {
            end += batch.Lengths[row];
            places[row] = end - 1;
        }

        return Ops.IndexSelect(logits, Tensor.From(places, places.Length));
    }

    private static (long[] Ids, double[] LogProbabilities) Greedy(CausalLm model, PaddedBatch batch, int newTokens, long[] ends)
    {
        List<List<long>> sequences = batch.Sequences();
        var ids = new long[batch.Rows * newTokens];
        var logProbabilities = new double[ids.Length];
        var isDone = new bool[batch.Rows];
        for (int step = 0; step < newTokens; step++)
        {
            using var scope = TensorScope.Begin("step");
            (Tensor input, Models.Nn.PackedAttentionContext context) = PaddedBatch.Pack(sequences);
            Tensor hidden = model.Forward(input, context);
            int[] lengths = sequences.Select(sequence => sequence.Count).ToArray();
            long[] last = lengths.Select((_, row) => (long)lengths.Take(row + 1).Sum() - 1).ToArray();
            double[][] scores = Ops.LogSoftmax(model.Logits(Ops.IndexSelect(hidden, Tensor.From(last, last.Length)))).ToDoubles().Chunk(model.Config.VocabSize).ToArray();
            for (int row = 0; row < scores.Length; row++)
            {
                int best = Array.IndexOf(scores[row], scores[row].Max());
                ids[(row * newTokens) + step] = isDone[row] ? 0 : best;
                logProbabilities[(row * newTokens) + step] = scores[row][best];
                isDone[row] |= ends.Contains(best);
                sequences[row].Add(best);
            }
        }

        return (ids, logProbabilities);
    }

    private static long[] Longs(FixtureTensors file, string name)
    {
        using Tensor tensor = file[name];
        return tensor.ToArray<long>();
    }
}
