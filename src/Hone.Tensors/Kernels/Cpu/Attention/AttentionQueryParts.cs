using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>The query gradients: written directly where one chunk of keys makes them, else kept per chunk and added up in the order of the chunks.</summary>
internal sealed unsafe class AttentionQueryParts<V> : IDisposable
    where V : struct, ISimdVector<V>
{
    // A copy-like pass: so many elements cost about as much as one multiply-add per 8 of them.
    private const int ElementsPerWork = 8;

    private readonly AttentionProblem<float> _problem;
    private readonly AttentionChunks _chunks;
    private readonly AttentionScratch? _memory;
    private readonly float* _parts;
    private readonly long[] _offsets;

    /// <summary>Reserves memory for the parts; none when no sequence has more than one chunk.</summary>
    public AttentionQueryParts(AttentionProblem<float> problem, AttentionChunks chunks, bool isNeeded)
    {
        _problem = problem;
        _chunks = chunks;
        _offsets = new long[problem.Sequences.Length];
        long total = 0;
        for (int s = 0; s < _offsets.Length && isNeeded; s++)
        {
            _offsets[s] = total;
            int count = chunks.Count(problem.Sequences[s].KeyLength);
            total += count > 1 ? count * SequenceSize(s) : 0;
        }

        if (total > 0)
        {
            _memory = new AttentionScratch(total, 1);
            _parts = _memory.Take(total);
        }
    }

    /// <summary>Takes the gradient of a block that one chunk made.</summary>
    /// <param name="target">The query gradient.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="block">The block.</param>
    /// <param name="source">Its rows, or null when the chunk has no key that the block sees.</param>
    /// <param name="sourceStride">Elements from one row of <paramref name="source"/> to the next.</param>
    /// <param name="factor">Multiplies every element.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Store(AttentionView<float> target, AttentionChunk chunk, AttentionBlock block, float* source, int sourceStride, float factor)
    {
        AttentionSequence sequence = _problem.Sequences[block.Sequence];
        bool isOnly = _chunks.Count(sequence.KeyLength) == 1;
        int rows = block.Positions * _problem.Group;
        for (int row = 0; row < rows && (isOnly || source is not null); row++)
        {
            float* to = isOnly ? Row(target, block, row) : PartRow(chunk.Number, block, row);
            if (source is null)
            {
                new Span<float>(to, _problem.HeadDim).Clear();
            }
            else
            {
                TilePacking.Row<V>(source + ((nint)row * sourceStride), _problem.HeadDim, factor, to);
            }
        }
    }

    /// <summary>Writes the gradients that come from several chunks, and zeros where a sequence has no keys at all.</summary>
    public void AddUp(AttentionView<float> target, int positions)
    {
        var queue = new AttentionQueue<AttentionBlock>();
        for (int s = 0; s < _problem.Sequences.Length; s++)
        {
            int count = _chunks.Count(_problem.Sequences[s].KeyLength);
            for (int kvHead = 0; kvHead < _problem.KeyValueHeads && count != 1; kvHead++)
            {
                foreach (AttentionBlock block in AttentionBlock.All(_problem, s, kvHead, positions))
                {
                    queue.Add(block, (long)block.Positions * _problem.Group * _problem.HeadDim * (count + 1) / ElementsPerWork);
                }
            }
        }

        queue.Run(static () => default(NoMemory), (block, _) => AddUp(target, block));
    }

    /// <inheritdoc/>
    public void Dispose() => _memory?.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddUp(AttentionView<float> target, AttentionBlock block)
    {
        (int begin, int end) = block.Keys(_problem);
        for (int row = 0; row < block.Positions * _problem.Group; row++)
        {
            float* sum = Row(target, block, row);
            new Span<float>(sum, _problem.HeadDim).Clear();
            for (int chunk = begin < end ? begin / _chunks.KeysPerChunk : int.MaxValue; chunk * (long)_chunks.KeysPerChunk < end; chunk++)
            {
                AddRow(PartRow(chunk, block, row), _problem.HeadDim, sum);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(float* part, int width, float* sum)
    {
        int c = 0;
        for (; c + V.Count <= width; c += V.Count)
        {
            V.Store(V.Load(sum + c) + V.Load(part + c), sum + c);
        }

        for (; c < width; c++)
        {
            sum[c] += part[c];
        }
    }

    private long SequenceSize(int sequence) => (long)_problem.Sequences[sequence].QueryLength * _problem.Heads * _problem.HeadDim;

    private float* PartRow(int chunk, AttentionBlock block, int row)
    {
        long rowsOfHead = (long)_problem.Sequences[block.Sequence].QueryLength * _problem.Group;
        long index = (block.KvHead * rowsOfHead) + ((long)block.First * _problem.Group) + row;
        return _parts + _offsets[block.Sequence] + (chunk * SequenceSize(block.Sequence)) + (index * _problem.HeadDim);
    }

    private float* Row(AttentionView<float> view, AttentionBlock block, int row)
    {
        AttentionSequence sequence = _problem.Sequences[block.Sequence];
        int head = (block.KvHead * _problem.Group) + (row % _problem.Group);
        return view.Row(sequence.Batch, head, sequence.QueryFirst + block.First + (row / _problem.Group));
    }

    private readonly struct NoMemory : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
