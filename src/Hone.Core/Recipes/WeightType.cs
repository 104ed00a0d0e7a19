namespace Hone.Core.Recipes;

/// <summary>The number format a recipe asks a model's weights to be held in.</summary>
public enum WeightType
{
    /// <summary>As stored in the checkpoint.</summary>
    Auto,

    /// <summary>32-bit floating point.</summary>
    F32,

    /// <summary>bfloat16.</summary>
    Bf16,

    /// <summary>16-bit floating point.</summary>
    F16,

    /// <summary>4-bit NormalFloat in the linear layers of a frozen model, 4.5 bits a weight, as in QLoRA; what else there is stays as stored.</summary>
    Nf4,
}
