namespace Hone.Models.Nn;

/// <summary>Ways to stretch rotary embeddings to longer texts.</summary>
public enum RopeType
{
    /// <summary>None.</summary>
    Default,

    /// <summary>All frequencies divided by the factor.</summary>
    Linear,

    /// <summary>A base that grows with the text once it is longer than the model was trained for.</summary>
    Dynamic,

    /// <summary>Low frequencies divided, high ones kept, blended between; scores sharpened.</summary>
    Yarn,

    /// <summary>Low frequencies divided, high ones kept, blended between, by wavelength.</summary>
    Llama3,

    /// <summary>A divisor for each frequency, one list for short and one for long texts; scores sharpened.</summary>
    LongRope,
}
