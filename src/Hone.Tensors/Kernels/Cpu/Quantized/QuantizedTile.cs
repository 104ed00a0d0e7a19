namespace Hone.Tensors.Kernels.Cpu.Quantized;

/// <summary>The operands of one tile: a panel of weights and one, two or four rows of activations.</summary>
internal unsafe struct QuantizedTile
{
    /// <summary>First level of the panel.</summary>
    public byte* Levels;

    /// <summary>Scales of the panel's groups in f32, two vectors a group.</summary>
    public float* Scales;

    /// <summary>Groups of weights with one scale.</summary>
    public int Groups;

    /// <summary>Bytes of a group's integers.</summary>
    public nint GroupBytes;

    /// <summary>Integers of the first row.</summary>
    public byte* Integers;

    /// <summary>Scales of the first row.</summary>
    public float* RowScales;

    /// <summary>Starts of the first row's sums.</summary>
    public int* Starts;

    /// <summary>Bytes from each of these to that of the next row.</summary>
    public nint RowBytes;

    /// <summary>Receives two vectors for each row.</summary>
    public float* Sums;
}
