using Hone.Conformance.Tests.TextModels;
using Hone.Core.Recipes;
using Hone.Models;
using Hone.Tensors;

namespace Hone.Conformance.Tests.Gguf;

/// <summary>Models in GGUF files against transformers on the same files.</summary>
[ReadsFixture("gguf/logits")]
public sealed class GgufLogitsFixtureTests
{
    private const double LogitTolerance = 1e-4; // absolute, as the fixtures' README states
    private const string Suffix = ".logits";

    public static TheoryData<string> Cases
    {
        get
        {
            string path = Fixtures.At("gguf", "logits.safetensors");
            return File.Exists(path) ? [.. new FixtureTensors(path).Names.Where(name => name.EndsWith(Suffix, StringComparison.Ordinal)).Select(name => name[..^Suffix.Length])] : [];
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Logits_Dequantized_EqualTransformers(string name)
    {
        var file = new FixtureTensors(Fixtures.At("gguf", "logits.safetensors"));
        using CausalLm model = CausalLm.Load(Fixtures.At("gguf", "files", name), new LoadOptions { Weights = WeightType.F32 });
        using var scope = TensorScope.Begin("test");
        List<long> ids = [.. file[name + ".ids"].ToArray<int>().Select(id => (long)id)];
        (Tensor input, Models.Nn.PackedAttentionContext context) = PaddedBatch.Pack([ids]);

        Tensor logits = model.Logits(model.Forward(input, context));

        var close = new Tolerance();
        close.Absolute("logits", logits.ToDoubles(), file[name + Suffix].ToDoubles(), LogitTolerance);
        close.Report();
    }
}
