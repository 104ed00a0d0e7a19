using Hone.Core.Random;
using Hone.Core.Runs;
using Hone.Models.Adapters;
using Hone.Models.Checkpoints;
using Hone.Models.Checkpoints.Gguf;
using Hone.Models.Nn;
using Hone.Models.Tests.Checkpoints;
using Hone.Tensors;

namespace Hone.Models.Tests.Adapters;

/// <summary>A GGUF adapter must add to a GGUF model what merging adds, by llama.cpp's formula: alpha / rank · B A, with the rank of A's rows.</summary>
public sealed class AdapterGgufTests : IDisposable
{
    private static readonly LoraConfig s_config = new() { R = 2, LoraAlpha = 3, TargetModules = [LoraConfig.AllLinear], IsTargetExpression = true };

    private readonly TemporaryFolder _folder = new();
    private readonly TensorScope _scope = TensorScope.Begin("test");
    private readonly CausalLm _model = TinyLlama.Load(ModelUse.FullTraining);

    public static TheoryData<LoraConfig> Configs =>
    [
        s_config,
        s_config with { UseRslora = true },
        s_config with { RankPattern = [KeyValuePair.Create("q_proj", 3.0)], AlphaPattern = [KeyValuePair.Create("k_proj", 11.0), KeyValuePair.Create("up_proj", 1.0)] },
    ];

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Configs))]
    public void Plan_OfAnAdapter_AddsToTheBaseFileWhatMergingAdds(LoraConfig config)
    {
        _model.Save(new PhysicalFileSystem(), _folder.At("base"));
        using (LoraAdapter adapter = Create(config))
        {
            adapter.Save(new PhysicalFileSystem(), _folder.At("adapter"));
            foreach ((Linear layer, LoraLinear update) in adapter.Linears)
            {
                layer.Weight!.CopyFrom(update.Merge(layer.Weight.Detach())); // a model that is trained has plain weights
            }
        }

        _model.Save(new PhysicalFileSystem(), _folder.At("merged"));
        Dictionary<string, Tensor> before = Converted("base"), after = Converted("merged");
        using TensorSource source = Checkpoint.Open(_folder.At("base"));

        GgufPlan plan = AdapterGguf.Plan(_folder.At("adapter"), source);

        var added = plan.Tensors.ToDictionary(tensor => tensor.Name, ReadOnly);
        Assert.Equal(2 * 7 * TinyLlama.Layers, added.Count);
        foreach (string name in before.Keys)
        {
            if (!added.TryGetValue(name + ".lora_a", out Tensor? a))
            {
                Assert.Equal(before[name].ToArray<float>(), after[name].ToArray<float>());
                continue;
            }

            Tensor update = Ops.MatMul(added[name + ".lora_b"], a) * (plan.Metadata.FindNumber("adapter.lora.alpha")!.Value / a.Shape[0]);
            CausalLmTests.Close(after[name].ToDoubles(), (before[name] + update).ToDoubles());
            Assert.NotEqual(before[name].ToArray<float>(), after[name].ToArray<float>());
        }
    }

    [Theory]
    [InlineData("dora", "it is a DoRA adapter")]
    [InlineData("head", "it replaces whole modules")]
    [InlineData("alpha", "its alpha is 0")]
    public void Plan_OfWhatAFileCannotHold_SaysWhy(string what, string expected)
    {
        using LoraAdapter adapter = Create(what switch { "dora" => s_config with { UseDora = true }, "head" => s_config with { ModulesToSave = ["lm_head"] }, _ => s_config with { LoraAlpha = 0 } });
        _model.Save(new PhysicalFileSystem(), _folder.At("base"));
        adapter.Save(new PhysicalFileSystem(), _folder.At("adapter"));
        using TensorSource source = Checkpoint.Open(_folder.At("base"));

        CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(() => AdapterGguf.Plan(_folder.At("adapter"), source));

        Assert.Contains(expected, error.Facts, StringComparison.Ordinal);
        Assert.Contains("hone merge", error.Fix, StringComparison.Ordinal);
    }

    private LoraAdapter Create(LoraConfig config)
    {
        LoraAdapter adapter = LoraAdapter.Create(_model, config, new RandomStream(1, "adapter"));
        foreach (LoraLinear update in adapter.Linears.Values)
        {
            var values = new float[update.B.ElementCount];
            new RandomStream(2, update.B.Name).FillNormal(values, 0, 0.5f);
            update.B.CopyFrom(Tensor.From(values, update.B.Shape.Dimensions));
        }

        return adapter;
    }

    private Dictionary<string, Tensor> Converted(string folder)
    {
        using TensorSource source = Checkpoint.Open(_folder.At(folder));
        return GgufConversion.FromModel(source, source.ReadConfig()!, folder, null, WeightTarget.Find("f32")).Tensors.ToDictionary(tensor => tensor.Name, ReadOnly);
    }

    private static Tensor ReadOnly(TensorContent content) => Tensor.From([.. content.Read().SelectMany(part => part.ToArray<float>())], content.Shape.Dimensions);
}
