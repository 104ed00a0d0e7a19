using Hone.Core.Random;
using Hone.Core.Recipes;
using Hone.Models;
using Hone.Models.Adapters;

namespace Hone.Training.Adapters;

/// <summary>An adapter that was trained before and is trained further, in PEFT's format.</summary>
[Adapter("saved")]
public sealed record SavedAdapterOptions : AdapterOptions
{
    /// <summary>Its folder.</summary>
    [InputPath(AllowsFolder = true)]
    public required string Path { get; init; }

    /// <inheritdoc/>
    public override LoraAdapter Create(PretrainedModel model, RandomStream random) => LoraAdapter.Load(Path, model);
}
