namespace Hone.Models;

/// <summary>What a loaded model will be used for.</summary>
public enum ModelUse
{
    /// <summary>Forward passes only: weights are packed for products, those with a common input together; no gradients.</summary>
    Inference,

    /// <summary>Frozen weights through which gradients pass, for training adapters on top of them.</summary>
    AdapterTraining,

    /// <summary>Every weight is a trainable f32 parameter; also the way to load a model that is to be changed and saved.</summary>
    FullTraining,
}
