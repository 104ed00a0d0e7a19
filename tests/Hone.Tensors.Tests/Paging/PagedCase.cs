using Hone.Tensors.Paging;

namespace Hone.Tensors.Tests.Paging;

/// <summary>Some sequences with random keys and values in scattered pages of a store, and the queries of their last positions.</summary>
internal sealed class PagedCase : IDisposable
{
    private readonly int[][] _pages;

    public PagedCase(PagedKvFormat format, int heads, int kvHeads, int headDim, int pageTokens, params int[] lengths)
    {
        (Heads, Lengths) = (heads, lengths);
        int[] needed = Array.ConvertAll(lengths, length => (length + pageTokens - 1) / pageTokens);
        int pages = needed.Sum() + 2;
        Store = new PagedKvStore(new PagedKvShape { Layers = 2, KeyValueHeads = kvHeads, HeadDim = headDim, Pages = pages, PageTokens = pageTokens, Format = format });

        // Pages in an order that is neither that of the sequences nor consecutive.
        int[] order = [.. Enumerable.Range(0, pages).OrderBy(page => (page * 7919) % 101)];
        _pages = new int[lengths.Length][];
        for (int s = 0, next = 0; s < lengths.Length; next += needed[s], s++)
        {
            _pages[s] = order[next..(next + needed[s])];
        }
    }

    public PagedKvStore Store { get; }

    public int Heads { get; }

    public int[] Lengths { get; }

    /// <summary>Rows <c>[count, heads, headDim]</c>, a fixed function of sequence, position and role.</summary>
    public Tensor Rows(int sequence, int first, int count, int heads, int role)
    {
        var values = new float[count * heads * Store.Shape.HeadDim];
        for (int t = 0, i = 0; t < count; t++)
        {
            var random = new Random(((first + t) * 1009) + (sequence * 31) + role);
            for (int c = 0; c < heads * Store.Shape.HeadDim; c++, i++)
            {
                values[i] = (float)((random.NextDouble() * 4) - 2);
            }
        }

        return Tensor.From(values, count, heads, Store.Shape.HeadDim);
    }

    public Tensor Queries(int sequence, int first, int count) => Rows(sequence, first, count, Heads, 0);

    /// <summary>Stores the keys and values of positions [first, first + count) of a sequence in layer 1.</summary>
    public void Write(int sequence, int first, int count)
    {
        int pageTokens = Store.Shape.PageTokens, kvHeads = Store.Shape.KeyValueHeads;
        int[] slots = [.. Enumerable.Range(first, count).Select(p => (_pages[sequence][p / pageTokens] * pageTokens) + (p % pageTokens))];
        Store.Write(1, Rows(sequence, first, count, kvHeads, 500_000), Rows(sequence, first, count, kvHeads, 900_000), slots);
    }

    public void WriteAll()
    {
        for (int s = 0; s < Lengths.Length; s++)
        {
            Write(s, 0, Lengths[s]);
        }
    }

    /// <summary>Queries [first, first + count) of a sequence when the keys up to the last of them are stored.</summary>
    public PagedSequence Sequence(int sequence, int first, int count) => new(count, first, first + count, _pages[sequence]);

    public Tensor Attend(Tensor q, AttentionOptions options, params PagedSequence[] sequences) =>
        Hone.Tensors.Ops.PagedAttention(q, Store, 1, new PagedSequences(sequences), options);

    public void Dispose() => Store.Dispose();
}
