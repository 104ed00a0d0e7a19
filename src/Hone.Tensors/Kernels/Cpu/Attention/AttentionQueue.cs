using Hone.Tensors.Threading;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>Pieces of work of different size that write different outputs; each thread takes the largest one left.</summary>
/// <remarks>Which thread computes a piece depends on timing, its result does not: a piece is computed the same way everywhere.</remarks>
internal sealed class AttentionQueue<TPiece>
{
    /// <summary>Multiply-adds below which waking another thread costs more than it saves (about 2 µs).</summary>
    public const long WorthAThread = 100_000;

    private readonly List<(TPiece Piece, long Work)> _pieces = [];
    private long _work;

    /// <summary>Adds a piece.</summary>
    /// <param name="piece">What <see cref="Run"/> hands to its body.</param>
    /// <param name="work">Multiply-adds it takes.</param>
    public void Add(TPiece piece, long work)
    {
        _pieces.Add((piece, work));
        _work += work;
    }

    /// <summary>Runs <paramref name="body"/> on every piece with the calling thread's pool.</summary>
    /// <param name="createMemory">Makes the working memory of one thread.</param>
    /// <param name="body">Computes a piece.</param>
    public void Run<TMemory>(Func<TMemory> createMemory, Action<TPiece, TMemory> body)
        where TMemory : IDisposable
    {
        if (_pieces.Count == 0)
        {
            return;
        }

        _pieces.Sort(static (a, b) => b.Work.CompareTo(a.Work));
        int threads = (int)Math.Min(Math.Min(ComputeThreads.Count, _pieces.Count), 1 + (_work / WorthAThread));
        int next = -1;
        ComputeThreads.Pool.Run(threads, _ =>
        {
            using TMemory memory = createMemory();
            for (int i = Interlocked.Increment(ref next); i < _pieces.Count; i = Interlocked.Increment(ref next))
            {
                body(_pieces[i].Piece, memory);
            }
        });
    }
}
