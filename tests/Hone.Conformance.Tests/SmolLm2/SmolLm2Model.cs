using Hone.Core.Recipes;
using Hone.Inference;
using Hone.Models;

namespace Hone.Conformance.Tests.SmolLm2;

/// <summary>The real model of the shared folder, loaded once for the tests that need it; dequantized, as the reference computed with it.</summary>
public sealed class SmolLm2Model : IDisposable
{
    private readonly Lazy<LanguageModel> _model = new(() => LanguageModel.Load(Folder, new LoadOptions { Weights = WeightType.F32 }));

    /// <summary>Where the model lies; may not exist.</summary>
    public static string Folder => Path.GetFullPath(Path.Combine(Environment.GetEnvironmentVariable("HONE_SHARED") ?? Fixtures.At(".."), "models", "smollm2-135m-instruct"));

    /// <summary>The model, or a visible skip.</summary>
    public LanguageModel Require()
    {
        Assert.SkipUnless(Directory.Exists(Folder), "no models/smollm2-135m-instruct under HONE_SHARED");
        return _model.Value;
    }

    public void Dispose()
    {
        if (_model.IsValueCreated)
        {
            _model.Value.Dispose();
        }
    }
}
