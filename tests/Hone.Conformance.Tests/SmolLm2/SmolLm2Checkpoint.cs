using Hone.Core.Recipes;
using Hone.Models;

namespace Hone.Conformance.Tests.SmolLm2;

/// <summary>The real model, opened once for all tests of a class: dequantized as the reference computed it.</summary>
public sealed class SmolLm2Checkpoint : IDisposable
{
    private readonly Lazy<CausalLm> _exact = new(() => CausalLm.Load(Folder, new LoadOptions { Weights = WeightType.F32 }));

    /// <summary>The model in f32, or a visible skip when it is not there.</summary>
    public CausalLm Exact
    {
        get
        {
            Require();
            return _exact.Value;
        }
    }

    private static string Folder => SharedData.At("models", "smollm2-135m-instruct");

    /// <summary>The model with its weights in blocks.</summary>
    public static CausalLm LoadQuantized()
    {
        Require();
        return CausalLm.Load(Folder);
    }

    public void Dispose()
    {
        if (_exact.IsValueCreated)
        {
            _exact.Value.Dispose();
        }
    }

    private static void Require() => Assert.SkipUnless(Directory.Exists(Folder), "no models/smollm2-135m-instruct under HONE_SHARED");
}
