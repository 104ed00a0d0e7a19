using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Hone.Tensors.Kernels.Cpu.Quantized;

/// <summary>One row of a weight taken apart, on its way from blocks to a panel.</summary>
/// <param name="columns">Weights in the row.</param>
/// <param name="scheme">What the format becomes.</param>
internal sealed class LevelRow(int columns, QuantizedScheme scheme)
{
    /// <summary>One level a weight, unsigned or signed as the scheme has it.</summary>
    public byte[] Levels { get; } = new byte[columns];

    /// <summary>The levels in the 32-bit lanes of a panel (<see cref="QuantizedPanelLayout"/>).</summary>
    public uint[] Packed { get; } = new uint[columns / (scheme.Levels == LevelWidth.Nibble ? 8 : 4)];

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

    /// <summary>Fills <see cref="Packed"/> from <see cref="Levels"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack()
    {
        Span<uint> packed = Packed;
        if (scheme.Levels == LevelWidth.Nibble)
        {
            ReadOnlySpan<ulong> eights = MemoryMarshal.Cast<byte, ulong>(Levels);
            for (int i = 0; i < packed.Length; i++)
            {
                packed[i] = (uint)(eights[i] | (eights[i] >> 28)); // columns 4 to 7 above columns 0 to 3
            }

            return;
        }

        ReadOnlySpan<uint> fours = MemoryMarshal.Cast<byte, uint>(Levels);
        int done = 0;
        for (Vector256<byte> order = SwapMiddle; done <= packed.Length - 8; done += 8)
        {
            Vector256.Shuffle(Vector256.Create(fours[done..]).AsByte(), order).AsUInt32().CopyTo(packed[done..]);
        }

        for (; done < packed.Length; done++)
        {
            uint four = fours[done];
            packed[done] = (four & 0xff0000ff) | ((four & 0xff00) << 8) | ((four >> 8) & 0xff00);
        }
    }

    /// <summary>Makes the row one of zeros, as the lanes behind the last row of a weight are.</summary>
    public void Clear()
    {
        Array.Clear(Levels);
        Array.Clear(Packed);
        Array.Clear(Scales);
        Array.Clear(ScaleFactors);
        Array.Clear(SingleScales);
        Array.Clear(Minima);
        Array.Clear(MinimumFactors);
    }

    private static Vector256<byte> SwapMiddle
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(
        (byte)0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15, 16, 18, 17, 19, 20, 22, 21, 23, 24, 26, 25, 27, 28, 30, 29, 31);
    }
}
