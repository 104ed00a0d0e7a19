namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>
/// A block of query rows of one sequence and all heads of one key head, stacked position by position so that neighbouring rows see nearly the same keys.
/// </summary>
/// <param name="Sequence">Number of the sequence.</param>
/// <param name="KvHead">Key head.</param>
/// <param name="First">First query row of the sequence in the block.</param>
/// <param name="Positions">Query rows of the sequence; the block has this many times the group's heads.</param>
internal readonly record struct AttentionBlock(int Sequence, int KvHead, int First, int Positions)
{
    /// <summary>Keys a tile, at positions that are multiples of it: whole panels at every vector width and, with AVX2, whole groups of rows.</summary>
    public const int KeyTile = 96;

    /// <summary>Query rows of a sequence a block, so that a block has about <paramref name="rows"/> rows.</summary>
    public static int PositionsPerBlock(int group, int rows) => Math.Max(1, rows / group);

    /// <summary>The blocks of one sequence and key head, in order.</summary>
    public static IEnumerable<AttentionBlock> All(AttentionProblem<float> problem, int sequence, int kvHead, int positions)
    {
        int length = problem.Sequences[sequence].QueryLength;
        for (int first = 0; first < length; first += positions)
        {
            yield return new AttentionBlock(sequence, kvHead, first, Math.Min(positions, length - first));
        }
    }

    /// <summary>The keys that some row of the block sees by position.</summary>
    public (int Begin, int End) Keys(AttentionProblem<float> problem)
    {
        AttentionSequence sequence = problem.Sequences[Sequence];
        return (problem.VisibleKeys(sequence, First).Begin, problem.VisibleKeys(sequence, First + Positions - 1).End);
    }

    /// <summary>Writes the visible keys of every row.</summary>
    public unsafe void FillKeys(AttentionProblem<float> problem, int* begin, int* end)
    {
        AttentionSequence sequence = problem.Sequences[Sequence];
        for (int position = 0, row = 0; position < Positions; position++)
        {
            (int from, int to) = problem.VisibleKeys(sequence, First + position);
            for (int head = 0; head < problem.Group; head++, row++)
            {
                begin[row] = from;
                end[row] = to;
            }
        }
    }

    /// <summary>Writes the address of every row in <paramref name="view"/>, which has one row per query row and head.</summary>
    public unsafe void FillRows(AttentionProblem<float> problem, AttentionView<float> view, float** rows)
    {
        AttentionSequence sequence = problem.Sequences[Sequence];
        for (int position = 0, row = 0; position < Positions; position++)
        {
            for (int head = 0; head < problem.Group; head++, row++)
            {
                rows[row] = view.Row(sequence.Batch, (KvHead * problem.Group) + head, sequence.QueryFirst + First + position);
            }
        }
    }

    /// <summary>Writes the address of the bias row of every row at key <paramref name="key"/>.</summary>
    public unsafe float* BiasRow(AttentionProblem<float> problem, AttentionView<float> bias, int row, int key)
    {
        int head = (KvHead * problem.Group) + (row % problem.Group);
        return bias.IsEmpty ? null : bias.Row(problem.Sequences[Sequence].Index, head, First + (row / problem.Group)) + key;
    }

    /// <summary>Writes the addresses of <paramref name="count"/> key rows from <paramref name="first"/> on; keys that no one sees become <paramref name="zeros"/>.</summary>
    /// <remarks>So that neither padding nor masked keys reach a product, where zero times infinity would be NaN.</remarks>
    public static unsafe void FillKeyRows(
        in AttentionSequence sequence, AttentionView<float> view, int kvHead, int first, int count, (int Begin, int End) visible, float* zeros, float** rows)
    {
        ReadOnlySpan<bool> mask = sequence.KeyMask.Span;
        for (int i = 0; i < count; i++)
        {
            int key = first + i;
            bool isSeen = key >= visible.Begin && key < visible.End && (mask.IsEmpty || mask[key]);
            rows[i] = isSeen ? view.Row(sequence.Batch, kvHead, sequence.KeyFirst + key) : zeros;
        }
    }

    /// <summary>Writes 0 or −∞ for each of <paramref name="count"/> keys from <paramref name="first"/> on and returns <paramref name="target"/>, or null without a mask.</summary>
    public static unsafe float* FillMask(in AttentionSequence sequence, int first, int count, float* target)
    {
        ReadOnlySpan<bool> mask = sequence.KeyMask.Span;
        if (mask.IsEmpty)
        {
            return null;
        }

        for (int i = 0; i < count; i++)
        {
            target[i] = first + i < mask.Length && mask[first + i] ? 0f : float.NegativeInfinity;
        }

        return target;
    }
}
