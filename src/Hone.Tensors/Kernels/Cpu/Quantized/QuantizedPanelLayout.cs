namespace Hone.Tensors.Kernels.Cpu.Quantized;

/// <summary>Where the parts of a panel lie: some rows of a weight as lanes, read from front to back by a product.</summary>
/// <remarks>
/// A panel of <c>L</c> rows: scales, then minima in the same encoding, then levels. Scales are <c>[groups][L]</c> f16 or f32, or f16
/// <c>[K / 256][L]</c> followed by signed bytes <c>[groups][L]</c>. Levels are 32-bit lanes: nibbles <c>[K / 8][L]</c> with columns 0 to 3 of eight in the low
/// halves of the four bytes and 4 to 7 in the high ones; bytes <c>[K / 4][L]</c> with columns in the order 0, 2, 1, 3. Each part begins at a cache line.
/// </remarks>
internal readonly struct QuantizedPanelLayout
{
    private const int Line = 64;

    public QuantizedPanelLayout(QuantizedScheme scheme, int columns, int lanes)
    {
        (Scheme, Columns, Lanes) = (scheme, columns, lanes);
        Groups = columns / scheme.Group;
        Supers = scheme.Scales == ScaleEncoding.HalfTimesByte ? columns / QuantizedScheme.SuperLength : 0;
        long scales = scheme.Scales switch
        {
            ScaleEncoding.Half => (long)Groups * lanes * sizeof(ushort),
            ScaleEncoding.HalfTimesByte => ((long)Supers * lanes * sizeof(ushort)) + ((long)Groups * lanes),
            _ => (long)Groups * lanes * sizeof(float),
        };
        MinimaOffset = RoundUp(scales);
        LevelsOffset = scheme.HasMinima ? 2 * MinimaOffset : MinimaOffset;
        int levelsPerLane = scheme.Levels == LevelWidth.Nibble ? 8 : 4;
        SizeBytes = LevelsOffset + RoundUp((long)columns / levelsPerLane * lanes * sizeof(uint));
    }

    /// <summary>How weights are stored.</summary>
    public QuantizedScheme Scheme { get; }

    /// <summary>Columns of the weight.</summary>
    public int Columns { get; }

    /// <summary>Rows of a panel.</summary>
    public int Lanes { get; }

    /// <summary>Groups in a row.</summary>
    public int Groups { get; }

    /// <summary>Blocks of 256 in a row, with scales in two parts; else 0.</summary>
    public int Supers { get; }

    /// <summary>First byte of the minima; the scales begin at 0.</summary>
    public long MinimaOffset { get; }

    /// <summary>First byte of the levels.</summary>
    public long LevelsOffset { get; }

    /// <summary>Bytes of a panel.</summary>
    public long SizeBytes { get; }

    private static long RoundUp(long size) => (size + Line - 1) / Line * Line;
}
