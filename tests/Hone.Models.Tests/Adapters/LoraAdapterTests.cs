using System.Text.Json.Nodes;
using Hone.Core.Random;
using Hone.Core.Runs;
using Hone.Models.Adapters;
using Hone.Models.Families;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Tests.Adapters;

public sealed class LoraAdapterTests
{
    private static readonly LoraConfig s_config = new() { R = 2, LoraAlpha = 4, TargetModules = ["q_proj", "down_proj"] };

    [Fact]
    public void Create_Fresh_ChangesNothingAndTrainsOnlyUpdates()
    {
        using var scope = TensorScope.Begin("test");
        using CausalLm model = TinyLlama.Load(ModelUse.AdapterTraining);
        float[] plain = TinyLlama.Logits(model).ToArray<float>();
        using LoraAdapter adapter = LoraAdapter.Create(model, s_config, new RandomStream(1, "adapter"));

        adapter.Attach();
        Tensor logits = TinyLlama.Logits(model);
        Ops.Sum(Ops.Square(logits)).Backward();

        Assert.Equal(plain, logits.ToArray<float>());
        Assert.Equal(4 * 2, adapter.Parameters().Count());
        Assert.All(adapter.Parameters(), parameter => Assert.NotNull(parameter.Grad));
        Assert.All(model.Parameters(), parameter => Assert.Null(parameter.Grad));
    }

    [Fact]
    public void Save_ThenLoad_GivesTheSameAdapter()
    {
        using var scope = TensorScope.Begin("test");
        LoraConfig config = s_config with { UseDora = true, Bias = "none", ModulesToSave = ["lm_head"], RankPattern = [KeyValuePair.Create("layers.0.self_attn.q_proj", 3.0)], TaskType = "CAUSAL_LM" };
        using CausalLm model = TinyLlama.Load(ModelUse.AdapterTraining);
        using LoraAdapter adapter = LoraAdapter.Create(model, config, new RandomStream(1, "adapter"));
        adapter.Attach();
        foreach (Parameter parameter in adapter.Parameters())
        {
            var changed = new float[parameter.ElementCount];
            new RandomStream(2, parameter.Name).FillNormal(changed, 0.5f, 0.1f);
            parameter.CopyFrom(Tensor.From(changed, parameter.Shape.Dimensions));
        }

        double[] trained = TinyLlama.Logits(model).ToDoubles();
        string folder = Directory.CreateTempSubdirectory("hone-lora").FullName;
        try
        {
            adapter.Save(new PhysicalFileSystem(), folder);
            using CausalLm other = TinyLlama.Load(ModelUse.Inference);
            double[] plain = TinyLlama.Logits(other).ToDoubles();
            using LoraAdapter loaded = LoraAdapter.Load(folder, other);

            loaded.Attach();
            CausalLmTests.Close(trained, TinyLlama.Logits(other).ToDoubles());
            loaded.Detach();

            Assert.Equal(plain, TinyLlama.Logits(other).ToDoubles());
            Assert.NotEqual(plain, trained);
            Assert.True(JsonNode.DeepEquals(config.ToJson(), loaded.Config.ToJson()));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Load_AdapterOfAnotherModel_ListsEverythingThatDoesNotFit()
    {
        using var scope = TensorScope.Begin("test");
        JsonObject wide = TinyLlama.Config;
        wide["intermediate_size"] = 40;
        wide["num_hidden_layers"] = 3;
        MemorySource source = TinyLlama.Weights();
        for (int i = 0; i < 3; i++)
        {
            string layer = $"model.layers.{i}.";
            source.Add(layer + "mlp.gate_proj.weight", 40, 16).Add(layer + "mlp.up_proj.weight", 40, 16).Add(layer + "mlp.down_proj.weight", 16, 40)
                .Add(layer + "input_layernorm.weight", 16).Add(layer + "post_attention_layernorm.weight", 16).Add(layer + "self_attn.q_proj.weight", 16, 16)
                .Add(layer + "self_attn.k_proj.weight", 8, 16).Add(layer + "self_attn.v_proj.weight", 8, 16).Add(layer + "self_attn.o_proj.weight", 16, 16);
        }

        using CausalLm trained = CausalLm.Load(source, wide, new LoadOptions { Use = ModelUse.AdapterTraining }), model = TinyLlama.Load(ModelUse.Inference);
        using LoraAdapter adapter = LoraAdapter.Create(trained, s_config, new RandomStream(1, "adapter"));
        string folder = Directory.CreateTempSubdirectory("hone-lora").FullName;
        try
        {
            adapter.Save(new PhysicalFileSystem(), folder);

            WeightMismatchException error = Assert.Throws<WeightMismatchException>(() => LoraAdapter.Load(folder, model));

            Assert.Contains("2 not in the model: model.layers.2", error.Facts, StringComparison.Ordinal);
            Assert.Contains("2 mis-shaped", error.Facts, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Create_NoLayerFits_NamesLayersThatThereAre()
    {
        using CausalLm model = TinyLlama.Load(ModelUse.AdapterTraining);

        ModelConfigException error = Assert.Throws<ModelConfigException>(() => LoraAdapter.Create(model, s_config with { TargetModules = ["query"] }, new RandomStream(1, "adapter")));

        Assert.Contains("q_proj", error.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_Dropout_DrawsFromTheStreamOnlyInTraining()
    {
        using var scope = TensorScope.Begin("test");
        using CausalLm model = TinyLlama.Load(ModelUse.AdapterTraining);
        using LoraAdapter adapter = LoraAdapter.Create(model, s_config with { LoraDropout = 0.5 }, new RandomStream(1, "adapter"));
        foreach (LoraLinear update in adapter.Linears.Values)
        {
            update.B.Fill(0.5);
        }

        adapter.Attach();
        float[] evaluated = TinyLlama.Logits(model).ToArray<float>();
        model.Train(new RandomStream(3, "dropout"));
        float[] first = TinyLlama.Logits(model).ToArray<float>();
        model.Train(new RandomStream(3, "dropout"));
        float[] again = TinyLlama.Logits(model).ToArray<float>();
        model.Eval();

        Assert.NotEqual(evaluated, first);
        Assert.Equal(first, again);
        Assert.Equal(evaluated, TinyLlama.Logits(model).ToArray<float>());
    }

    [Theory]
    [InlineData("""{ "peft_type": "IA3" }""", "LORA")]
    [InlineData("""{ "peft_type": "LORA", "r": 0, "lora_alpha": 1 }""", "r")]
    [InlineData("""{ "peft_type": "LORA", "r": 2, "lora_alpha": 1, "layer_replication": [[0, 1]] }""", "layer_replication")]
    [InlineData("""{ "peft_type": "LORA", "r": 2, "lora_alpha": 1, "lora_dropout": 1.5 }""", "lora_dropout")]
    public void Read_UnsupportedSettings_AreRefused(string json, string fact)
    {
        ModelConfigException error = Assert.Throws<ModelConfigException>(() => LoraConfig.Read(JsonNode.Parse(json)!.AsObject(), "adapter_config.json"));

        Assert.Contains(fact, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("q_proj", "model.layers.1.self_attn.q_proj", true)]
    [InlineData("q_proj", "model.layers.1.self_attn.xq_proj", false)]
    [InlineData("self_attn.q_proj", "model.layers.1.self_attn.q_proj", true)]
    [InlineData("layers.1", "model.layers.1.self_attn.q_proj", false)]
    public void Fits_Names_EndPathsAtADot(string target, string path, bool expected) =>
        Assert.Equal(expected, new LoraTargets(s_config with { TargetModules = [target] }, "test").Fits(path, isHead: false, isLinear: true));

    [Fact]
    public void Targets_ExpressionsLayersAndPatterns_FollowPeft()
    {
        var expression = new LoraTargets(s_config with { TargetModules = [@".*\.(q|k)_proj"], IsTargetExpression = true }, "test");
        var layers = new LoraTargets(s_config with { LayersToTransform = [1] }, "test");
        var all = new LoraTargets(s_config with { TargetModules = [LoraConfig.AllLinear], IsTargetExpression = true, ExcludeModules = ["k_proj"] }, "test");
        var patterns = new LoraTargets(s_config with { RankPattern = [KeyValuePair.Create("layers.1.*q_proj", 5.0), KeyValuePair.Create("q_proj", 7.0)], AlphaPattern = [KeyValuePair.Create("q_proj", 10.0)], UseRslora = true }, "test");

        Assert.True(expression.Fits("model.layers.0.self_attn.k_proj", isHead: false, isLinear: true));
        Assert.False(expression.Fits("model.layers.0.self_attn.v_proj", isHead: false, isLinear: true));
        Assert.False(layers.Fits("model.layers.0.self_attn.q_proj", isHead: false, isLinear: true));
        Assert.True(layers.Fits("model.layers.1.self_attn.q_proj", isHead: false, isLinear: true));
        Assert.True(all.Fits("model.layers.0.mlp.up_proj", isHead: false, isLinear: true));
        Assert.False(all.Fits("model.layers.0.self_attn.k_proj", isHead: false, isLinear: true));
        Assert.False(all.Fits("lm_head", isHead: true, isLinear: true));
        Assert.False(all.Fits("model.embed_tokens", isHead: false, isLinear: false));
        Assert.Equal(5, patterns.RankOf("model.layers.1.self_attn.q_proj"));
        Assert.Equal(7, patterns.RankOf("model.layers.0.self_attn.q_proj"));
        Assert.Equal(10 / Math.Sqrt(7), patterns.ScaleOf("model.layers.0.self_attn.q_proj"), 12);
    }
}
