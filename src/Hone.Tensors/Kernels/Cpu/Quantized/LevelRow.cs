namespace Hone.Tensors.Kernels.Cpu.Quantized;

/// <summary>One row of a weight taken apart, on its way from blocks to a panel.</summary>
/// <param name="columns">Weights in the row.</param>
/// <param name="scheme">What the format becomes.</param>
internal sealed class LevelRow(int columns, QuantizedScheme scheme)
{
    /// <summary>One level a weight, unsigned or signed as the scheme has it.</summary>
    public byte[] Levels { get; } = new byte[columns];

    /// <summary>f16 scales, one a group or one a block of 256.</summary>
    public Half[] Scales { get; } = new Half[scheme.Scales switch
    {
        ScaleEncoding.Half => columns / scheme.Group,
        ScaleEncoding.HalfTimesByte => columns / QuantizedScheme.SuperLength,
        _ => 0,
    }];

    /// <summary>Byte factors of the groups' scales.</summary>
    public sbyte[] ScaleFactors { get; } = new sbyte[scheme.Scales == ScaleEncoding.HalfTimesByte ? columns / scheme.Group : 0];

    /// <summary>f32 scales of the groups.</summary>
    public float[] SingleScales { get; } = new float[scheme.Scales == ScaleEncoding.Single ? columns / scheme.Group : 0];

    /// <summary>f16 minima, one a group or one a block of 256.</summary>
    public Half[] Minima { get; } = new Half[!scheme.HasMinima ? 0 : columns / (scheme.Scales == ScaleEncoding.Half ? scheme.Group : QuantizedScheme.SuperLength)];

    /// <summary>Byte factors of the groups' minima.</summary>
    public sbyte[] MinimumFactors { get; } = new sbyte[scheme.HasMinima && scheme.Scales == ScaleEncoding.HalfTimesByte ? columns / scheme.Group : 0];

    /// <summary>Makes the row one of zeros, as the lanes behind the last row of a weight are.</summary>
    public void Clear()
    {
        Array.Clear(Levels);
        Array.Clear(Scales);
        Array.Clear(ScaleFactors);
        Array.Clear(SingleScales);
        Array.Clear(Minima);
        Array.Clear(MinimumFactors);
    }
}
