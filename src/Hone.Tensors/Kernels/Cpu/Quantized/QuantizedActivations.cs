using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Quantized;

/// <summary>Rows of activations as integers with one f32 scale a group of weights, which is what a quantized product multiplies.</summary>
/// <remarks>
/// Bytes for nibbles and 16-bit integers for bytes, each a group's largest magnitude divided by 127 or 32,767. ggml uses bytes for both, with scales
/// rounded to f16 and, for blocks of 256, one scale for all of them; here no product is coarser. A group of magnitudes below 1e-33 counts as zero; one with a
/// number that is none has the scale NaN, so that the result shows it.
/// </remarks>
internal readonly unsafe struct QuantizedActivations
{
    private const float Smallest = 1e-33f; // its reciprocal times 32,767 is still finite
    private const int Line = 64;

    private readonly byte* _memory;
    private readonly long _scalesOffset;
    private readonly long _startsOffset;
    private readonly long _sumsOffset;
    private readonly long _rowBytes;

    /// <summary>Places rows in memory of <see cref="Size"/> bytes.</summary>
    public QuantizedActivations(in QuantizedPanelLayout layout, byte* memory)
    {
        _memory = memory;
        Scheme = layout.Scheme;
        Columns = layout.Columns;
        Groups = layout.Groups;
        long ofGroups = RoundUp((long)Groups * sizeof(float));
        _scalesOffset = RoundUp((long)Columns * (Scheme.Levels == LevelWidth.Nibble ? sizeof(sbyte) : sizeof(short)));
        _startsOffset = _scalesOffset + ofGroups;
        _sumsOffset = _startsOffset + ofGroups;
        _rowBytes = _sumsOffset + ofGroups;
    }

    /// <summary>How the weights are stored.</summary>
    public QuantizedScheme Scheme { get; }

    /// <summary>Elements of a row.</summary>
    public int Columns { get; }

    /// <summary>Groups of a row.</summary>
    public int Groups { get; }

    /// <summary>Bytes that <paramref name="rows"/> rows take.</summary>
    public static long Size(in QuantizedPanelLayout layout, int rows) => new QuantizedActivations(layout, null)._rowBytes * rows;

    /// <summary>Integers of a row: <see cref="sbyte"/> or <see cref="short"/>.</summary>
    public byte* Integers(long row) => _memory + (row * _rowBytes);

    /// <summary>Scale of each group of a row.</summary>
    public float* Scales(long row) => (float*)(_memory + (row * _rowBytes) + _scalesOffset);

    /// <summary>Start of each group's sum of nibble products: the weights' offset times the sums of the even and of the odd pairs of every four integers.</summary>
    public int* Starts(long row) => (int*)(_memory + (row * _rowBytes) + _startsOffset);

    /// <summary>Sum of each group's activations, as the weights' minima need it.</summary>
    public float* Sums(long row) => (float*)(_memory + (row * _rowBytes) + _sumsOffset);

    /// <summary>Rounds one row.</summary>
    /// <param name="x">The activations, <see cref="Columns"/> of them.</param>
    /// <param name="row">Where they go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Quantize<V>(float* x, long row)
        where V : struct, ISimdVector<V>
    {
        int length = Scheme.Group;
        float* scales = Scales(row);
        bool isNibble = Scheme.Levels == LevelWidth.Nibble;
        float levels = isNibble ? 127 : 32_767;
        for (int g = 0; g < Groups; g++, x += length)
        {
            V largest = V.Zero;
            for (int i = 0; i < length; i += V.Count)
            {
                largest = V.Max(largest, V.Abs(V.Load(x + i)));
            }

            float max = V.MaxLane(largest);
            bool isFinite = max <= float.MaxValue; // false for NaN too
            bool isZero = !(max >= Smallest) && isFinite;
            scales[g] = !isFinite ? float.NaN : isZero ? 0 : max / levels;
            V inverse = V.Splat(!isFinite || isZero ? 0 : levels / max);
            if (isNibble)
            {
                sbyte* to = (sbyte*)Integers(row) + ((long)g * length);
                for (int i = 0; i < length; i += V.Count)
                {
                    V.StoreInt8(isFinite ? V.Load(x + i) * inverse : V.Zero, to + i);
                }

                SumBytes(to, g, row);
            }
            else
            {
                short* to = (short*)Integers(row) + ((long)g * length);
                for (int i = 0; i < length; i += V.Count)
                {
                    V.StoreInt16(isFinite ? V.Load(x + i) * inverse : V.Zero, to + i);
                }

                if (Scheme.HasMinima)
                {
                    SumShorts(to, g, row);
                }
            }
        }
    }

    private void SumBytes(sbyte* integers, int group, long row)
    {
        int even = 0, odd = 0;
        for (int i = 0; i < Scheme.Group; i += 4)
        {
            even += integers[i] + integers[i + 1];
            odd += integers[i + 2] + integers[i + 3];
        }

        Starts(row)[group] = (Scheme.Offset * even & 0xffff) | (Scheme.Offset * odd << 16);
        Sums(row)[group] = (even + odd) * Scales(row)[group];
    }

    private void SumShorts(short* integers, int group, long row)
    {
        int sum = 0;
        for (int i = 0; i < Scheme.Group; i++)
        {
            sum += integers[i];
        }

        Sums(row)[group] = sum * Scales(row)[group];
    }

    private static long RoundUp(long size) => (size + Line - 1) / Line * Line;
}
