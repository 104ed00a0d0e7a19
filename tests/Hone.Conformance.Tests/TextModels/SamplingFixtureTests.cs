using System.Collections.Immutable;
using System.Text.Json;
using Hone.Inference.Sampling;
using Hone.Tensors;

namespace Hone.Conformance.Tests.TextModels;

/// <summary>Every sampling option, alone and combined, against the probabilities that transformers' processors leave.</summary>
[ReadsFixture("text-models/sampling")]
public sealed class SamplingFixtureTests
{
    private const double Tolerance = 1e-6; // absolute, on probabilities: the README's
    private const int TiedRow = 4;         // which of the tied tokens survive a sorted cut is arbitrary there

    public static TheoryData<int> Cases
    {
        get
        {
            var cases = new TheoryData<int>();
            if (File.Exists(Fixtures.At("text-models", "sampling.json")))
            {
                cases.AddRange(Fixtures.Json("text-models", "sampling.json").GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("index").GetInt32()));
            }

            return cases;
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Distribution_EveryRow_EqualsTransformers(int index)
    {
        JsonElement entry = Fixtures.Json("text-models", "sampling.json").GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("index").GetInt32() == index);
        SamplingOptions options = Read(entry);
        using var scope = TensorScope.Begin("test");
        var file = new FixtureTensors(Fixtures.At("text-models", "sampling.safetensors"));
        Tensor logits = file["logits"], expected = file[$"{index}.probs"], prompts = Ops.Cast(file["prompt_ids"], DType.I32), outputs = Ops.Cast(file["output_ids"], DType.I32);
        int rows = logits.Shape[0], vocabulary = logits.Shape[1], promptLength = prompts.Shape[1];
        for (int row = 0; row < rows; row++)
        {
            int[] tokens = [.. Ops.Select(prompts, 0, row).ToArray<int>(), .. Ops.Select(outputs, 0, row).ToArray<int>()];

            double[] actual = options.Distribution(Ops.Select(logits, 0, row).ToArray<float>(), tokens, promptLength);

            double[] wanted = Ops.Select(expected, 0, row).ToDoubles();
            if (row == TiedRow && (options.TopP < 1 || options.TypicalP < 1))
            {
                Array.Sort(actual);
                Array.Sort(wanted);
            }

            Assert.Equal(entry.GetProperty("kept_tokens")[row].GetInt32(), actual.Count(p => p > 0));
            for (int id = 0; id < vocabulary; id++)
            {
                Assert.True(Math.Abs(wanted[id] - actual[id]) <= Tolerance, $"row {row}, token {id}: {actual[id]:R}, expected {wanted[id]:R}");
            }
        }
    }

    private static SamplingOptions Read(JsonElement entry)
    {
        var options = new SamplingOptions { Temperature = 1 };
        foreach (JsonProperty property in entry.EnumerateObject())
        {
            JsonElement value = property.Value;
            options = property.Name switch
            {
                "index" or "order" or "kept_tokens" => options,
                "temperature" => options with { Temperature = value.GetDouble() },
                "top_k" => options with { TopK = value.GetInt32() },
                "top_p" => options with { TopP = value.GetDouble() },
                "min_p" => options with { MinP = value.GetDouble() },
                "typical_p" => options with { TypicalP = value.GetDouble() },
                "epsilon_cutoff" => options with { EpsilonCutoff = value.GetDouble() },
                "eta_cutoff" => options with { EtaCutoff = value.GetDouble() },
                "repetition_penalty" => options with { RepetitionPenalty = value.GetDouble() },
                "presence_penalty" => options with { PresencePenalty = value.GetDouble() },
                "frequency_penalty" => options with { FrequencyPenalty = value.GetDouble() },
                "no_repeat_ngram_size" => options with { NoRepeatNgramSize = value.GetInt32() },
                "bad_words_ids" => options with { BadWords = [.. value.EnumerateArray().Select(word => word.EnumerateArray().Select(id => id.GetInt32()).ToImmutableArray())] },
                "suppress_tokens" => options with { SuppressTokens = [.. value.EnumerateArray().Select(id => id.GetInt32())] },
                _ => throw new InvalidDataException($"The fixture sets '{property.Name}', which this test does not know."),
            };
        }

        return options;
    }
}
