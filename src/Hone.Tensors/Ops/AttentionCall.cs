using System.Collections.Immutable;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <summary>Sizes and sequences of one call of attention: what its forward and backward pass share beside tensors.</summary>
internal sealed unsafe class AttentionCall
{
    private const string Op = ScaledDotProductAttentionOp.Name;

    private readonly AttentionOptions _options;
    private readonly ImmutableArray<AttentionSequence> _sequences;

    private AttentionCall(Tensor q, Tensor k, Tensor v, AttentionOptions options)
    {
        _options = options;
        IsPacked = options.Packed is not null;
        Batch = IsPacked ? 1 : q.Shape[0];
        Heads = q.Shape[1];
        KeyValueHeads = k.Shape[1];
        QueryRows = IsPacked ? q.Shape[0] : q.Shape[2];
        KeyRows = IsPacked ? k.Shape[0] : k.Shape[2];
        HeadDim = q.Shape[-1];
        ValueDim = v.Shape[-1];
        _sequences = CreateSequences();
    }

    /// <summary>Batch entries; 1 when packed.</summary>
    public int Batch { get; }

    /// <summary>Query heads.</summary>
    public int Heads { get; }

    /// <summary>Key and value heads.</summary>
    public int KeyValueHeads { get; }

    /// <summary>Query rows of a batch entry, or all query tokens when packed.</summary>
    public int QueryRows { get; }

    /// <summary>Key rows of a batch entry, or all key tokens when packed.</summary>
    public int KeyRows { get; }

    /// <summary>Width of queries and keys.</summary>
    public int HeadDim { get; }

    /// <summary>Width of values.</summary>
    public int ValueDim { get; }

    private bool IsPacked { get; }

    /// <summary>Checks that everything fits together.</summary>
    /// <exception cref="Errors.ShapeMismatchException">Something does not.</exception>
    public static AttentionCall Create(Tensor q, Tensor k, Tensor v, AttentionOptions options, Tensor? bias)
    {
        int rank = options.Packed is null ? 4 : 3;
        OpGuard.RequireShape(Op, q.Rank == rank && k.Rank == rank && v.Rank == rank, "queries, keys and values must be [batch, heads, rows, width], or [tokens, heads, width] when packed.", $"q {q}, k {k}, v {v}", "Packed tokens need options.Packed, a padded batch must not have it.");
        int rows = options.Packed is null ? 2 : 0;
        bool sameKeys = k.Shape[rows] == v.Shape[rows] && k.Shape[1] == v.Shape[1];
        bool sameBatch = options.Packed is not null || (q.Shape[0] == k.Shape[0] && k.Shape[0] == v.Shape[0]);
        OpGuard.RequireShape(Op, sameKeys && sameBatch, "keys and values must have the same rows and heads, and all three the same batch.", $"q {q}, k {k}, v {v}", "All are [batch, heads, rows, width], or [tokens, heads, width] when packed; keys and values differ only in width.");
        OpGuard.RequireShape(Op, q.Shape[-1] == k.Shape[-1] && q.Shape[-1] > 0, "queries and keys must have the same width.", $"q {q}, k {k}, v {v}", "Both come from projections of the same headDim, at least 1.");
        OpGuard.RequireShape(Op, k.Shape[1] > 0 && q.Shape[1] % k.Shape[1] == 0, "the query heads must be a multiple of the key heads.", $"q {q}, k {k}, v {v}", "Check NumAttentionHeads and NumKeyValueHeads of the config.");
        RequireOptions(q, k, options);
        var call = new AttentionCall(q, k, v, options);
        if (bias is not null)
        {
            call.RequireBias(bias);
        }

        return call;
    }

    /// <summary>The tensor itself when the elements of a row lie beside each other, else a copy without a graph.</summary>
    public static Tensor Rows(Tensor x) => x.Shape[-1] <= 1 || x.Strides[^1] == 1 ? x : Strided.Clone(x);

    /// <summary>Memory for rows of all heads, those of one token beside each other.</summary>
    public Tensor Allocate(DType dtype, int rows, int heads, int width)
    {
        if (IsPacked)
        {
            return Tensor.Empty(dtype, new Shape(rows, heads, width));
        }

        Tensor memory = Tensor.Empty(dtype, new Shape(Batch, rows, heads, width));
        long token = (long)heads * width;
        return memory.View(new Shape(Batch, heads, rows, width), [rows * token, width, token, 1], memory.Offset);
    }

    /// <summary>The operands as kernels take them; <paramref name="v"/> may be absent when only its own gradient is wanted.</summary>
    public AttentionProblem<T> Problem<T>(Tensor q, Tensor k, Tensor? v, Tensor? bias)
        where T : unmanaged => new()
        {
            Heads = Heads,
            KeyValueHeads = KeyValueHeads,
            HeadDim = HeadDim,
            ValueDim = ValueDim,
            Sequences = _sequences,
            Query = View<T>(q),
            Key = View<T>(k),
            Value = View<T>(v),
            Bias = BiasView<T>(bias),
            Causal = _options.Causal,
            SlidingWindow = _options.SlidingWindow,
            Scale = _options.Scale ?? 1 / Math.Sqrt(HeadDim),
            SoftCap = _options.SoftCap,
        };

    /// <summary>Rows of queries, keys, values, outputs or their gradients.</summary>
    public AttentionView<T> View<T>(Tensor? x)
        where T : unmanaged
    {
        if (x is null)
        {
            return default;
        }

        ReadOnlySpan<long> strides = x.Strides;
        return IsPacked ? new(x.Pointer<T>(), 0, strides[1], strides[0]) : new(x.Pointer<T>(), strides[0], strides[1], strides[2]);
    }

    /// <summary>One element per row and head, <c>[batch, heads, rows]</c>.</summary>
    public AttentionView<T> LogSumExpView<T>(Tensor? x)
        where T : unmanaged => x is null ? default : new(x.Pointer<T>(), (long)Heads * QueryRows, QueryRows, 1);

    /// <summary>The bias or its gradient; dimensions of size 1 are repeated.</summary>
    public AttentionView<T> BiasView<T>(Tensor? x)
        where T : unmanaged
    {
        if (x is null)
        {
            return default;
        }

        ReadOnlySpan<long> strides = x.Strides;
        return new(x.Pointer<T>(), x.Shape[0] == 1 ? 0 : strides[0], x.Shape[1] == 1 ? 0 : strides[1], x.Shape[2] == 1 ? 0 : strides[2]);
    }

    private static void RequireOptions(Tensor q, Tensor k, AttentionOptions options)
    {
        int sequences = options.Packed?.Count ?? q.Shape[0];
        if (options.Packed is { } packed)
        {
            OpGuard.RequireShape(
                Op, packed.QueryOffsets[^1] == q.Shape[0] && packed.KeyOffsets[^1] == k.Shape[0], "the packed sequences do not add up to the tokens.",
                $"q {q}, k {k}, offsets end at {packed.QueryOffsets[^1]} queries and {packed.KeyOffsets[^1]} keys", "The last offset is the number of tokens.");
            OpGuard.RequireShape(
                Op, options.KeyPadding is null, "packed sequences have no padding.", $"{packed.Count} packed sequences and a key padding", "Leave out KeyPadding, or shorten the sequences.");
        }

        OpGuard.RequireShape(
            Op, options.QueryStarts.IsDefaultOrEmpty || options.QueryStarts.Length == sequences, "there must be one query start a sequence.",
            $"{(options.QueryStarts.IsDefault ? 0 : options.QueryStarts.Length)} starts, {sequences} sequences", "Give one entry a sequence, or QueryStart for all.");
        if (options.KeyPadding is { } padding)
        {
            OpGuard.RequireShape(
                Op, padding.Ranges.Length == sequences && (padding.Keys == 0 || padding.Mask is null || padding.Keys == k.Shape[2]), "the key padding does not fit the batch.",
                $"padding of {padding.Ranges.Length} sequences{(padding.Keys > 0 ? $" with {padding.Keys} keys" : string.Empty)}, k {k}", "A mask is [batch, keys], lengths have one entry a sequence.");
            foreach ((_, int end) in padding.Ranges)
            {
                OpGuard.RequireShape(Op, end <= k.Shape[2], "a sequence's keys end behind the last one.", $"end {end}, k {k}", "Lengths count real keys of one sequence.");
            }
        }
    }

    private void RequireBias(Tensor bias)
    {
        int queries = IsPacked ? _sequences.Select(s => s.QueryLength).DefaultIfEmpty(0).Max() : QueryRows;
        int keys = IsPacked ? _sequences.Select(s => s.KeyLength).DefaultIfEmpty(0).Max() : KeyRows;
        bool fits = bias.Rank == 4
            && (bias.Shape[0] == 1 || bias.Shape[0] == _sequences.Length)
            && (bias.Shape[1] == 1 || bias.Shape[1] == Heads)
            && (bias.Shape[2] == 1 || (IsPacked ? bias.Shape[2] >= queries : bias.Shape[2] == queries))
            && (IsPacked ? bias.Shape[3] >= keys : bias.Shape[3] == keys);
        OpGuard.RequireShape(
            Op, fits, "the bias does not fit the scores.", $"bias {bias}, scores [{_sequences.Length}, {Heads}, {queries}, {keys}]",
            "It has the shape of the scores; all but the last dimension may be 1.");
    }

    private ImmutableArray<AttentionSequence> CreateSequences()
    {
        int count = _options.Packed?.Count ?? Batch;
        ImmutableArray<AttentionSequence>.Builder sequences = ImmutableArray.CreateBuilder<AttentionSequence>(count);
        for (int s = 0; s < count; s++)
        {
            (int queryFirst, int queries, int keyFirst, int keys) = _options.Packed is { } packed
                ? (packed.QueryOffsets[s], packed.QueryOffsets[s + 1] - packed.QueryOffsets[s], packed.KeyOffsets[s], packed.KeyOffsets[s + 1] - packed.KeyOffsets[s])
                : (0, QueryRows, 0, KeyRows);
            int start = _options.QueryStart ?? (_options.QueryStarts.IsDefaultOrEmpty ? keys - queries : _options.QueryStarts[s]);
            (int begin, int end) = _options.KeyPadding?.Ranges[s] ?? (0, keys);
            sequences.Add(new AttentionSequence(s, IsPacked ? 0 : s, queryFirst, queries, keyFirst, keys, start, begin, end)
            {
                KeyMask = _options.KeyPadding?.Mask is { } mask ? mask.AsMemory(s * keys, keys) : default,
            });
        }

        return sequences.MoveToImmutable();
    }
}
