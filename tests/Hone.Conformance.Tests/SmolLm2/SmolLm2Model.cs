<<<<<<< HEAD
using Hone.Core.Recipes;
=======
using Hone.Inference;
>>>>>>> main
using Hone.Models;

namespace Hone.Conformance.Tests.SmolLm2;

<<<<<<< HEAD
/// <summary>The real model, opened once for all tests of a class: dequantized as the reference computed it.</summary>
public sealed class SmolLm2Model : IDisposable
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
=======
/// <summary>The real model of the shared folder, loaded once for the tests that need it.</summary>
public sealed class SmolLm2Model : IDisposable
{
    private readonly Lazy<LanguageModel> _model = new(() => LanguageModel.Load(Folder));

    /// <summary>Where the model lies; may not exist.</summary>
    public static string Folder => Path.GetFullPath(Path.Combine(Environment.GetEnvironmentVariable("HONE_SHARED") ?? Fixtures.At(".."), "models", "smollm2-135m-instruct"));

    /// <summary>The model, or a visible skip.</summary>
    public LanguageModel Require()
    {
        Assert.SkipUnless(Directory.Exists(Folder), "no models/smollm2-135m-instruct under HONE_SHARED");
        return _model.Value;
>>>>>>> main
    }

    public void Dispose()
    {
<<<<<<< HEAD
        if (_exact.IsValueCreated)
        {
            _exact.Value.Dispose();
        }
    }

    private static void Require() => Assert.SkipUnless(Directory.Exists(Folder), "no models/smollm2-135m-instruct under HONE_SHARED");
=======
        if (_model.IsValueCreated)
        {
            _model.Value.Dispose();
        }
    }
>>>>>>> main
}
