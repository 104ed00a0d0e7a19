using System.Runtime.InteropServices;

namespace Hone.Tensors.Tests.Kernels.Cpu.Gemm;

/// <summary>A row-major f32 matrix with padding behind each row and guard values around it, to catch writes outside of it.</summary>
internal sealed unsafe class GuardedMatrix : IDisposable
{
    private const int GuardFloats = 64;
    private const float Guard = -7.25e30f;

    private readonly float* _memory;
    private readonly int _total;

    public GuardedMatrix(int rows, int columns, int padding)
    {
        Rows = rows;
        Columns = columns;
        Stride = columns + padding;
        _total = (rows * Stride) + (2 * GuardFloats);
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)_total * sizeof(float), 64);
        new Span<float>(_memory, _total).Fill(Guard);
    }

    public int Rows { get; }

    public int Columns { get; }

    public int Stride { get; }

    public float* Pointer => _memory + GuardFloats;

    public ref float this[int row, int column] => ref Pointer[(row * Stride) + column];

    /// <summary>Small multiples of 1/16 in [-2, 2), a fixed function of position and seed.</summary>
    public GuardedMatrix Fill(uint seed)
    {
        for (int i = 0; i < Rows; i++)
        {
            for (int j = 0; j < Columns; j++)
            {
                uint x = (seed * 2654435761u) + ((uint)i * 40503u) + ((uint)j * 2246822519u);
                x = (x ^ (x >> 15)) * 2246822519u;
                x = (x ^ (x >> 13)) * 3266489917u;
                this[i, j] = ((x >> 8) / (float)(1 << 22)) - 2f;
            }
        }

        return this;
    }

    public GuardedMatrix Clone()
    {
        var copy = new GuardedMatrix(Rows, Columns, Stride - Columns);
        new Span<float>(_memory, _total).CopyTo(new Span<float>(copy._memory, _total));
        return copy;
    }

    /// <summary>Fails when anything but the matrix's own elements changed.</summary>
    public void AssertGuardsIntact(string what)
    {
        for (int i = 0; i < _total; i++)
        {
            int inside = i - GuardFloats;
            bool isElement = inside >= 0 && inside < Rows * Stride && inside % Stride < Columns;
            if (!isElement && _memory[i] != Guard)
            {
                Assert.Fail($"{what}: wrote outside of C, {inside} floats from its start (stride {Stride}, {Rows} x {Columns})");
            }
        }
    }

    /// <summary>Fails unless both hold the same bits.</summary>
    public void AssertSameBits(GuardedMatrix other, string what)
    {
        for (int i = 0; i < Rows; i++)
        {
            for (int j = 0; j < Columns; j++)
            {
                if (BitConverter.SingleToUInt32Bits(this[i, j]) != BitConverter.SingleToUInt32Bits(other[i, j]))
                {
                    Assert.Fail($"{what}: [{i}, {j}] is {this[i, j]:R} here and {other[i, j]:R} there");
                }
            }
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
