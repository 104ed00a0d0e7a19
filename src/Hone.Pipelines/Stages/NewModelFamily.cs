namespace Hone.Pipelines.Stages;

/// <summary>The families that can be begun from scratch.</summary>
public enum NewModelFamily
{
    /// <summary>No biases.</summary>
    Llama,

    /// <summary>Biases on q, k and v.</summary>
    Qwen2,
}
