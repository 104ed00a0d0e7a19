namespace Hone.Tensors;

/// <summary>Which elements of a head form the pairs that a rotary embedding turns.</summary>
public enum RotaryLayout
{
    /// <summary>Element <c>i</c> with <c>i + rotaryDim/2</c> (GPT-NeoX, Llama, Qwen).</summary>
    HalfSplit,

    /// <summary>Element <c>2i</c> with <c>2i + 1</c> (GPT-J, the original paper).</summary>
    Interleaved,
}
