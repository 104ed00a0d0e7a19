using Hone.Core.Errors;
using Hone.Core.Random;
using Hone.Core.Recipes;
using Hone.Models.Adapters;
using Hone.Models.Nn;
using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Models.Tests.Nn;

/// <summary>A frozen model in 4-bit NormalFloat: the linear layers are rounded, everything else is as it was.</summary>
public sealed class Nf4WeightTests
{
    private static readonly LoadOptions s_training = new() { Use = ModelUse.AdapterTraining, Weights = WeightType.Nf4 };

    [Fact]
    public void Load_WithNf4_GivesTheLogitsOfTheRoundedWeights()
    {
        using var scope = TensorScope.Begin("test");
        MemorySource weights = TinyLlama.Weights(), rounded = TinyLlama.Weights();
        string[] layers = [.. weights.Entries.Keys.Where(key => key.Contains("_proj", StringComparison.Ordinal))];
        foreach (string key in layers)
        {
            rounded.Replace(key, Nf4Matrix.Quantize(weights.Load(key)).Dequantize());
        }

        using CausalLm plain = CausalLm.Load(weights, TinyLlama.Config), expected = CausalLm.Load(rounded, TinyLlama.Config);
        double[] exact = TinyLlama.Logits(plain).ToDoubles(), wanted = TinyLlama.Logits(expected).ToDoubles();
        foreach (ModelUse use in (ModelUse[])[ModelUse.Inference, ModelUse.AdapterTraining])
        {
            using CausalLm model = CausalLm.Load(weights, TinyLlama.Config, s_training with { Use = use });

            CausalLmTests.Close(wanted, TinyLlama.Logits(model).ToDoubles());
            Assert.NotEqual(exact, TinyLlama.Logits(model).ToDoubles());
            Assert.Equal(layers.Length, model.Modules().OfType<Linear>().Count(layer => layer.Packed is { IsNf4: true }));
            Assert.False(model.Head.Packed is { IsNf4: true });
        }
    }

    [Fact]
    public void Train_OnNf4_HasTheGradientsOfTheRoundedWeights()
    {
        using var scope = TensorScope.Begin("test");
        MemorySource weights = TinyLlama.Weights(), rounded = TinyLlama.Weights();
        foreach (string key in weights.Entries.Keys.Where(key => key.Contains("_proj", StringComparison.Ordinal)))
        {
            rounded.Replace(key, Nf4Matrix.Quantize(weights.Load(key)).Dequantize());
        }

        foreach (bool isDora in (bool[])[false, true])
        {
            LoraConfig config = new() { R = 2, LoraAlpha = 4, TargetModules = ["q_proj", "down_proj"], UseDora = isDora };
            (double[] actual, double[] expected) = (Gradients(weights, s_training, config), Gradients(rounded, new LoadOptions { Use = ModelUse.AdapterTraining }, config));

            Assert.Contains(expected, value => Math.Abs(value) > 1e-3);
            CausalLmTests.Close(expected, actual);
        }
    }

    [Fact]
    public void Load_ForFullTraining_IsRefused()
    {
        var error = Assert.Throws<HoneException>(() => CausalLm.Load(TinyLlama.Weights(), TinyLlama.Config, s_training with { Use = ModelUse.FullTraining }));

        Assert.Contains("adapter", error.Fix, StringComparison.Ordinal);
    }

    private static double[] Gradients(MemorySource weights, LoadOptions options, LoraConfig config)
    {
        using CausalLm model = CausalLm.Load(weights, TinyLlama.Config, options);
        using LoraAdapter adapter = LoraAdapter.Create(model, config, new RandomStream(1, "adapter"));
        adapter.Attach();
        foreach (Parameter parameter in adapter.Parameters().Where(parameter => parameter.Name.Contains("lora_B", StringComparison.Ordinal)))
        {
            var values = new float[parameter.ElementCount];
            new RandomStream(2, parameter.Name).FillNormal(values, 0, 0.1f);
            parameter.CopyFrom(Tensor.From(values, parameter.Shape.Dimensions));
        }

        Ops.Sum(Ops.Square(TinyLlama.Logits(model))).Backward();
        return [.. adapter.Parameters().SelectMany(parameter => parameter.Grad!.ToDoubles())]; // every update took part
    }
}
