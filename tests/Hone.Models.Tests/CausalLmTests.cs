using System.Text.Json.Nodes;
using Hone.Core.Random;
using Hone.Core.Runs;
using Hone.Models.Families;
using Hone.Models.Nn;
using Hone.Tensors;
using Hone.Tensors.Autograd;

namespace Hone.Models.Tests;

public sealed class CausalLmTests
{
    [Fact]
    public void Load_WrongTensors_ReportsAllAtOnce()
    {
        MemorySource source = TinyLlama.Weights().Remove("model.layers.1.mlp.up_proj.weight").Add("model.norm.weight", 8).Add("model.layers.0.mlp.extra.weight", 3);

        WeightMismatchException error = Assert.Throws<WeightMismatchException>(() => CausalLm.Load(source, TinyLlama.Config));

        Assert.Contains("1 missing: model.layers.1.mlp.up_proj.weight", error.Facts, StringComparison.Ordinal);
        Assert.Contains("model.norm.weight: model [16], checkpoint f32 [8]", error.Facts, StringComparison.Ordinal);
        Assert.Contains("1 unexpected: model.layers.0.mlp.extra.weight", error.Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ManyLayersThatAreNotThere_FailsWithoutCountingThemAll()
    {
        JsonObject config = TinyLlama.Config;
        config["num_hidden_layers"] = 10_000_000;

        WeightMismatchException error = Assert.Throws<WeightMismatchException>(() => CausalLm.Load(TinyLlama.Weights(), config));

        Assert.Contains("missing", error.Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void Forward_EveryUse_GivesTheSameLogits()
    {
        using var scope = TensorScope.Begin("test");
        using CausalLm training = TinyLlama.Load(ModelUse.FullTraining), adapters = TinyLlama.Load(ModelUse.AdapterTraining), inference = TinyLlama.Load(ModelUse.Inference);

        double[] expected = TinyLlama.Logits(training).ToDoubles();

        Close(expected, TinyLlama.Logits(adapters).ToDoubles());
        Close(expected, TinyLlama.Logits(inference).ToDoubles());
        Assert.DoesNotContain(inference.Parameters(), parameter => parameter.IsTrainable);
        Assert.Equal(TinyLlama.Weights().Entries.Keys.Order(), training.Parameters().Select(parameter => parameter.Name).Order());
    }

    [Fact]
    public void Forward_WithoutGradients_KeepsNothingOfItsLayers()
    {
        const int Sequences = 400, Length = 16, Tokens = Sequences * Length;
        using CausalLm model = TinyLlama.Load(ModelUse.Inference);
        int[] ids = [.. Enumerable.Range(0, Tokens).Select(i => i % TinyLlama.Vocabulary)];
        long hidden = (long)Tokens * TinyLlama.Hidden * sizeof(float);

        // Other tests use memory at the same time: the least of several tries counts.
        long least = Enumerable.Range(0, 10).Min(_ =>
        {
            using GradMode off = GradMode.NoGrad();
            using var scope = TensorScope.Begin("test");
            var context = PackedAttentionContext.FromLengths([.. Enumerable.Repeat(Length, Sequences)]);
            long before = TensorMemory.LiveBytes;
            model.Forward(Tensor.From(ids, Tokens), context);
            return TensorMemory.LiveBytes - before;
        });

        Assert.InRange(least, hidden, 7 * hidden); // the result and what is made once; a layer makes some fifteen of that size
    }

    [Fact]
    public void Forward_PackedSequences_AreIndependent()
    {
        using var scope = TensorScope.Begin("test");
        using CausalLm model = TinyLlama.Load(ModelUse.Inference);

        Tensor together = TinyLlama.Logits(model);
        Tensor alone = model.Logits(model.Forward(Tensor.From([7, 7, 3], 3), PackedAttentionContext.FromLengths(3)));

        Assert.Equal(alone.ToArray<float>(), Ops.Slice(together, 0, 4, 3).ToArray<float>());
    }

    [Fact]
    public void Forward_RecomputedActivations_GiveTheSameGradients()
    {
        using var scope = TensorScope.Begin("test");
        using CausalLm model = TinyLlama.Load(ModelUse.FullTraining);
        Ops.Sum(TinyLlama.Logits(model)).Backward();
        Dictionary<string, double[]> expected = model.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Grad!.ToDoubles());
        foreach (Parameter parameter in model.Parameters())
        {
            parameter.ZeroGrad();
        }

        model.Decoder.RecomputesActivations = true;
        Ops.Sum(TinyLlama.Logits(model)).Backward();

        Assert.All(model.Parameters(), parameter => Close(expected[parameter.Name], parameter.Grad!.ToDoubles()));
    }

    [Fact]
    public void Tied_HeadAndEmbedding_ShareOneParameter()
    {
        JsonObject config = TinyLlama.Config;
        config["tie_word_embeddings"] = true;
        using CausalLm model = CausalLm.Load(TinyLlama.Weights(), config, new LoadOptions { Use = ModelUse.FullTraining });

        Assert.Same(model.Decoder.TokenEmbedding.Table, model.Head.Weight);
        Assert.DoesNotContain(model.Parameters(), parameter => parameter.Name == "lm_head.weight");
    }

    [Fact]
    public void Save_PackedWeights_IsRefused()
    {
        using CausalLm model = TinyLlama.Load(ModelUse.Inference);

        Assert.Throws<InvalidOperationException>(() => model.Save(new PhysicalFileSystem(), Path.Combine(Path.GetTempPath(), "never-written")));
    }

    [Theory]
    [InlineData("model_type", "lama", "llama")]
    [InlineData("hidden_act", "quick_gelu", "silu")]
    [InlineData("num_key_value_heads", "3", "key heads")]
    [InlineData("hidden_size", "-4", "whole number")]
    [InlineData("rope_scaling", """{ "rope_type": "spiral", "factor": 2 }""", "longrope")]
    [InlineData("rope_scaling", """{ "rope_type": "linear" }""", "factor")]
    [InlineData("quantization_config", """{ "quant_method": "gptq" }""", "GGUF")]
    public void Read_ImpossibleOrUnsupportedSetting_IsAnError(string key, string value, string fact)
    {
        JsonObject config = TinyLlama.Config;
        config[key] = value.StartsWith('{') || int.TryParse(value, out _) ? JsonNode.Parse(value) : value;

        ModelConfigException error = Assert.Throws<ModelConfigException>(() => CausalLm.Load(TinyLlama.Weights(), config));

        Assert.Contains(fact, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EncoderWhereADecoderIsWanted_IsAnError()
    {
        JsonObject config = TinyLlama.Config;
        config["model_type"] = "bert";

        ModelConfigException error = Assert.Throws<ModelConfigException>(() => CausalLm.Load(TinyLlama.Weights(), config));

        Assert.Contains("wanted: a decoder", error.Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_AllFamilies_AreKnown() => Assert.Equal(
        [
            "bert", "deberta-v2", "gemma2", "gemma3_text", "gpt2", "llama", "mistral", "mixtral", "modernbert", "olmo2", "phi3", "qwen2", "qwen3", "qwen3_moe",
            "roberta", "smollm3", "xlm-roberta",
        ],
        ModelFamilies.Names);

    [Fact]
    public void Train_TurnsDropoutOnEverywhereBelow()
    {
        using CausalLm model = TinyLlama.Load(ModelUse.AdapterTraining);

        model.Train(new RandomStream(1, "dropout"));
        bool isOn = model.Modules().All(module => module.IsTraining);
        model.Eval();

        Assert.True(isOn);
        Assert.DoesNotContain(model.Modules(), module => module.IsTraining);
    }

    internal static void Close(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 1e-5 + (1e-5 * Math.Abs(pair.First)), $"{pair.Second:R}, expected {pair.First:R}"));
    }
}
