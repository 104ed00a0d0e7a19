using Hone.Core.Errors;
using Hone.Core.Random;
using Hone.Core.Runs;
using Hone.Inference.Adapters;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Inference.Tests.Scheduling;

public sealed class AdapterTests
{
    private static readonly EngineOptions Options = new() { CacheBytes = 4 << 20 };

    [Fact]
    public void Requests_WithDifferentAdapters_GetWhatTheyWouldGetAlone()
    {
        using CausalLm model = TinyModel.Load();
        EngineAdapter first = Create(model, 1, "q_proj", "down_proj", "lm_head"), second = Create(model, 2, "v_proj", "gate_proj", "o_proj");
        GenerationRequest[] requests = [.. Loops.Mixed(12).Select((request, i) => request with { Adapter = (i % 3) switch { 0 => null, 1 => first, _ => second } })];

        List<GenerationResult> together = Loops.Run(model, Options with { MaxStepTokens = 50 }, requests);

        for (int i = 0; i < requests.Length; i++)
        {
            Assert.Equal(Loops.Bits(Loops.Run(model, Options, requests[i]).Single()), Loops.Bits(together[i]));
        }

        Assert.All(model.Modules().OfType<Linear>(), layer => Assert.Null(layer.Adapter));
    }

    [Fact]
    public void Adapter_OneRequest_EqualsTheAttachedModel()
    {
        using CausalLm model = TinyModel.Load();
        EngineAdapter adapter = Create(model, 1, "q_proj", "up_proj", "lm_head");
        int[] prompt = TinyModel.Prompt(2, 10);

        int[] withAdapter = [.. Loops.Run(model, Options, new GenerationRequest { PromptIds = [.. prompt], MaxTokens = 20, Adapter = adapter }).Single().Texts[0].Ids];
        int[] without = [.. Loops.Greedy(model, prompt, 20)];
        foreach ((Linear layer, ILinearAdapter update) in adapter.Layers)
        {
            layer.Adapter = update;
        }

        Assert.Equal(Loops.Greedy(model, prompt, 20), withAdapter);
        Assert.NotEqual(without, withAdapter);
    }

    [Fact]
    public void Prefix_OfAnotherAdapter_IsNotShared()
    {
        using CausalLm model = TinyModel.Load();
        int[] prompt = TinyModel.Prompt(2, 70);
        GenerationRequest plain = new() { PromptIds = [.. prompt], MaxTokens = 2 };

        List<GenerationResult> results = Loops.Run(model, Options, plain, plain with { Adapter = Create(model, 1, "q_proj") }, plain);

        Assert.Equal([0, 0, 64], results.Select(result => result.CachedPromptTokens));
    }

    [Fact]
    public void Adapter_OfAnotherModel_FailsTheRequest()
    {
        using CausalLm model = TinyModel.Load(), other = TinyModel.Load();

        GenerationResult result = Loops.Run(model, Options, new GenerationRequest { PromptIds = [1], MaxTokens = 2, Adapter = Create(other, 1, "q_proj") }).Single();

        HoneException error = Assert.IsType<HoneException>(result.Error);
        Assert.Contains("does not belong", error.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Load_LoraOfAFolder_EqualsTheAttachedAdapter(bool usesDora)
    {
        string folder = Directory.CreateTempSubdirectory("hone-adapter-").FullName;
        try
        {
            using CausalLm model = TinyModel.Load();
            int[] prompt = TinyModel.Prompt(2, 10);
            var config = new LoraConfig { R = 4, LoraAlpha = 64, TargetModules = ["q_proj", "down_proj"], UseDora = usesDora };
            using LoraAdapter lora = LoraAdapter.Create(model, config, new RandomStream(3, "lora"));
            var random = new RandomStream(4, "b");
            foreach (LoraLinear update in lora.Linears.Values)
            {
                float[] values = new float[update.B.ElementCount];
                random.FillNormal(values);
                using Tensor b = Tensor.From(values, update.B.Shape.Dimensions);
                update.B.CopyFrom(b);
            }

            lora.Save(new PhysicalFileSystem(), folder);
            using EngineAdapter adapter = EngineAdapter.Load(folder, model);
            int[] actual = [.. Loops.Run(model, Options, new GenerationRequest { PromptIds = [.. prompt], MaxTokens = 15, Adapter = adapter }).Single().Texts[0].Ids];
            int[] without = [.. Loops.Greedy(model, prompt, 15)];
            lora.Attach();

            Assert.Equal(Loops.Greedy(model, prompt, 15), actual);
            Assert.NotEqual(without, actual);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static EngineAdapter Create(CausalLm model, ulong seed, params string[] targets)
    {
        var random = new RandomStream(seed, "adapter");
        var layers = new Dictionary<Linear, ILinearAdapter>();
        foreach (Linear layer in model.Modules().OfType<Linear>().Where(layer => targets.Any(target => layer.Path.EndsWith(target, StringComparison.Ordinal))))
        {
            layers[layer] = new Update(Weight(4, layer.InFeatures), Weight(layer.OutFeatures, 4));
        }

        Assert.NotEmpty(layers);
        return new EngineAdapter($"test {seed}", layers);

        PackedWeight Weight(int rows, int columns)
        {
            float[] values = new float[rows * columns];
            random.FillNormal(values, standardDeviation: 0.4f);
            using Tensor weight = Tensor.From(values, rows, columns);
            return PackedWeight.Create(weight, forBackward: false);
        }
    }

    private sealed class Update(PackedWeight a, PackedWeight b) : ILinearAdapter
    {
        public Tensor Apply(Linear layer, Tensor x, Tensor y) => y + Ops.PackedLinear(Ops.PackedLinear(x, a), b);
    }
}
