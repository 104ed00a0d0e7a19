using System.Runtime.CompilerServices;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Kernels.Cpu.Elementwise;

/// <summary>Transposing copy on the CPU in square blocks, so that every cache line is used whole on both sides.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class TransposeCpu : ITransposeKernel
{
    // 32 × 32 elements of 4 bytes: 32 lines read and 32 written per block column stay well inside a 32 KiB L1.
    private const long Block = 32;
    private const long GrainElements = 32_768;

    /// <inheritdoc/>
    public void Transpose(void* x, long xStride, void* y, long yStride, long rows, long columns, int elementSizeBytes)
    {
        switch (elementSizeBytes)
        {
            case 1:
                Run((byte*)x, xStride, (byte*)y, yStride, rows, columns);
                break;
            case 2:
                Run((ushort*)x, xStride, (ushort*)y, yStride, rows, columns);
                break;
            case 4:
                Run((uint*)x, xStride, (uint*)y, yStride, rows, columns);
                break;
            case 8:
                Run((ulong*)x, xStride, (ulong*)y, yStride, rows, columns);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(elementSizeBytes), elementSizeBytes, "Elements have 1, 2, 4 or 8 bytes.");
        }
    }

    private static void Run<T>(T* x, long xStride, T* y, long yStride, long rows, long columns)
        where T : unmanaged
    {
        // Threads own blocks of the target's rows, so that no two write to one cache line.
        long blocks = (columns + Block - 1) / Block;
        ComputeThreads.ForRange(blocks, Math.Max(1, GrainElements / Math.Max(1, rows * Block)), (begin, end) =>
        {
            for (long block = begin; block < end; block++)
            {
                long firstColumn = block * Block;
                long lastColumn = Math.Min(columns, firstColumn + Block);
                for (long firstRow = 0; firstRow < rows; firstRow += Block)
                {
                    CopyBlock(x, xStride, y, yStride, firstRow, Math.Min(rows, firstRow + Block), firstColumn, lastColumn);
                }
            }
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyBlock<T>(T* x, long xStride, T* y, long yStride, long firstRow, long lastRow, long firstColumn, long lastColumn)
        where T : unmanaged
    {
        for (long column = firstColumn; column < lastColumn; column++)
        {
            T* from = x + column;
            T* to = y + (column * yStride);
            for (long row = firstRow; row < lastRow; row++)
            {
                to[row] = from[row * xStride];
            }
        }
    }
}
