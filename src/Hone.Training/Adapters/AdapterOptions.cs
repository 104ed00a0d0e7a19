using Hone.Core.Random;
using Hone.Core.Recipes;
using Hone.Models;
using Hone.Models.Adapters;

namespace Hone.Training.Adapters;

/// <summary>What is trained on top of a frozen model.</summary>
[Polymorphic(AdapterAttribute.AdapterKind)]
public abstract record AdapterOptions
{
    /// <summary>Makes the adapter, not attached yet.</summary>
    /// <param name="model">A model loaded for training adapters.</param>
    /// <param name="random">Where its first values are drawn from.</param>
    public abstract LoraAdapter Create(PretrainedModel model, RandomStream random);
}
