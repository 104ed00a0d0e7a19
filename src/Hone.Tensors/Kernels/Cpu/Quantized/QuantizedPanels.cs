using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Gemm;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Quantized;

/// <summary>Writes rows into panels and reads single rows back.</summary>
internal static unsafe class QuantizedPanels
{
    /// <summary>Puts a row's scales into its lane of a panel and its levels into <paramref name="levels"/>, row by row.</summary>
    public static void Write(in QuantizedPanelLayout layout, byte* panel, int lane, LevelRow row, uint* levels)
    {
        WriteScales(layout, panel, lane, row.Scales, row.ScaleFactors, row.SingleScales);
        if (layout.Scheme.HasMinima)
        {
            WriteScales(layout, panel + layout.MinimaOffset, lane, row.Minima, row.MinimumFactors, []);
        }

        row.Packed.CopyTo(new Span<uint>(levels + ((long)lane * row.Packed.Length), row.Packed.Length));
    }

    /// <summary>Turns the levels of a panel's rows into lanes.</summary>
    /// <param name="layout">Layout of the panel.</param>
    /// <param name="levels">One row behind the other, as many as there are lanes.</param>
    /// <param name="panel">The panel.</param>
    public static void Interleave<V>(in QuantizedPanelLayout layout, uint* levels, byte* panel)
        where V : struct, ISimdVector<V>
    {
        // A transposition moves bits: that they are taken for floats on the way changes nothing.
        int depth = layout.Columns / (layout.Scheme.Levels == LevelWidth.Nibble ? 8 : 4);
        GemmPacking.Transpose<V>((float*)levels, depth, layout.Lanes, layout.Lanes, depth, (float*)(panel + layout.LevelsOffset));
    }

    /// <summary>Computes the weights of one row, the same bits as <see cref="Quantization.BlockCodec"/> gives.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(in QuantizedPanelLayout layout, byte* panel, int lane, float* values)
    {
        QuantizedScheme scheme = layout.Scheme;
        uint* levels = (uint*)(panel + layout.LevelsOffset) + lane;
        for (int group = 0; group < layout.Groups; group++)
        {
            float scale = ScaleOf(layout, panel, group, lane);
            float minimum = scheme.HasMinima ? ScaleOf(layout, panel + layout.MinimaOffset, group, lane) : 0;
            if (scheme.Levels == LevelWidth.Nibble)
            {
                for (int i = 0; i < scheme.Group; i += 8, levels += layout.Lanes)
                {
                    uint packed = *levels;
                    for (int b = 0; b < 4; b++, packed >>= 8, values++)
                    {
                        values[0] = (((int)(packed & 15) + scheme.Offset) * scale) + minimum;
                        values[4] = (((int)(packed >> 4 & 15) + scheme.Offset) * scale) + minimum;
                    }

                    values += 4;
                }

                continue;
            }

            for (int i = 0; i < scheme.Group; i += 4, levels += layout.Lanes)
            {
                uint packed = SwapMiddle(*levels);
                for (int b = 0; b < 4; b++, packed >>= 8)
                {
                    *values++ = (((sbyte)packed + scheme.Offset) * scale) + minimum;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteScales(in QuantizedPanelLayout layout, byte* part, int lane, ReadOnlySpan<Half> halves, ReadOnlySpan<sbyte> factors, ReadOnlySpan<float> singles)
    {
        for (int i = 0; i < singles.Length; i++)
        {
            ((float*)part)[(i * layout.Lanes) + lane] = singles[i];
        }

        for (int i = 0; i < halves.Length; i++)
        {
            ((Half*)part)[(i * layout.Lanes) + lane] = halves[i];
        }

        sbyte* bytes = (sbyte*)part + (halves.Length * layout.Lanes * sizeof(ushort));
        for (int i = 0; i < factors.Length; i++)
        {
            bytes[(i * layout.Lanes) + lane] = factors[i];
        }
    }

    private static float ScaleOf(in QuantizedPanelLayout layout, byte* part, int group, int lane) => layout.Scheme.Scales switch
    {
        ScaleEncoding.Half => (float)((Half*)part)[(group * layout.Lanes) + lane],
        ScaleEncoding.HalfTimesByte =>
            (float)((Half*)part)[(group * layout.Scheme.Group / QuantizedScheme.SuperLength * layout.Lanes) + lane]
            * ((sbyte*)part)[(layout.Supers * layout.Lanes * sizeof(ushort)) + (group * layout.Lanes) + lane],
        _ => ((float*)part)[(group * layout.Lanes) + lane],
    };

    private static uint SwapMiddle(uint four) => (four & 0xff0000ff) | ((four & 0xff00) << 8) | ((four >> 8) & 0xff00);
}
