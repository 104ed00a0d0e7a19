namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>Memory of one packed weight; small ones share blocks that are large enough for huge pages.</summary>
/// <remarks>
/// A step of a model reads its weights one after the other. On 4 KiB pages the hardware's read-ahead stops at every page, which costs weights of about a
/// megabyte a third of the bandwidth.
/// </remarks>
internal sealed unsafe class WeightMemory : IDisposable
{
    private const nuint BlockSize = 16 << 20, LargestShare = 4 << 20, Alignment = 64;

    private static readonly Arena s_arena = new();

    private readonly Block _block;
    private bool _isClosed;

    /// <summary>Allocates <paramref name="size"/> bytes of undefined content, aligned to a cache line.</summary>
    /// <exception cref="OutOfMemoryException">The system has no such block.</exception>
    public WeightMemory(nuint size)
    {
        Size = size;
        _block = s_arena.Take((size + Alignment - 1) / Alignment * Alignment, out byte* first);
        Pointer = first;
    }

    /// <summary>Bytes.</summary>
    public nuint Size { get; }

    /// <summary>First byte; valid until disposed.</summary>
    public byte* Pointer { get; }

    /// <summary>Whether the memory was given back.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>Gives the memory back; that of a shared block is free once all of the block is.</summary>
    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _isClosed, true))
        {
            s_arena.Return(_block);
        }
    }

    /// <summary>A block and the number of weights in it. Weights that nobody disposes leave it to the garbage collector.</summary>
    private sealed class Block(nuint size)
    {
        public LargeMemory Memory { get; } = new(size, isCleared: false);

        public nuint Used { get; set; }

        public int Holders { get; set; }
    }

    private sealed class Arena
    {
        private readonly Lock _gate = new();
        private Block? _current;

        public Block Take(nuint size, out byte* first)
        {
            lock (_gate)
            {
                Block block = size > LargestShare ? new Block(size)
                    : _current is { } current && current.Memory.Size - current.Used >= size ? current
                    : _current = new Block(BlockSize);
                first = block.Memory.Pointer + block.Used;
                block.Used += size;
                block.Holders++;
                return block;
            }
        }

        public void Return(Block block)
        {
            lock (_gate)
            {
                if (--block.Holders == 0)
                {
                    _current = _current == block ? null : _current;
                    block.Memory.Dispose();
                }
            }
        }
    }
}
