using Hone.Core.Recipes;

namespace Hone.Models;

/// <summary>How a model's weights are held in memory.</summary>
public sealed record LoadOptions
{
    /// <summary>What the model is for: it decides which weights are packed, frozen or trainable.</summary>
    public ModelUse Use { get; init; } = ModelUse.Inference;

    /// <summary>Type of the weights of linear layers and embeddings; <see cref="WeightType.Auto"/> keeps the stored one, blocks included.</summary>
    /// <remarks>Norms and biases are f32 always. With <see cref="ModelUse.FullTraining"/> every weight is f32.</remarks>
    public WeightType Weights { get; init; } = WeightType.Auto;

    /// <summary>Whether the model is only compared with its checkpoint: nothing large is read, nothing can be computed.</summary>
    internal bool IsDeclaration { get; init; }
}
