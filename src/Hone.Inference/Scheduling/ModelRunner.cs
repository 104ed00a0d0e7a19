using Hone.Core.Errors;
using Hone.Inference.Adapters;
using Hone.Inference.KvCache;
using Hone.Models;
using Hone.Tensors;
using Hone.Tensors.Paging;

namespace Hone.Inference.Scheduling;

/// <summary>Runs the tokens of a step through the model, all texts in one pass.</summary>
internal sealed class ModelRunner : IDisposable
{
    private readonly CausalLm _model;
    private readonly RotaryPlan _rotary;
    private readonly AdapterRouter _router;
    private readonly PagedKvStore _store;
    private int[] _ids = [];
    private int[] _positions = [];
    private int[] _slots = [];
    private PagedSequence[] _sequences = [];

    /// <summary>Reserves the cache.</summary>
    /// <param name="model">The model; stays the caller's.</param>
    /// <param name="shape">Sizes of the cache.</param>
    /// <param name="rotary">What the model asks of it.</param>
    /// <param name="router">Adapters of the rows.</param>
    public ModelRunner(CausalLm model, PagedKvShape shape, RotaryPlan rotary, AdapterRouter router)
    {
        _model = model;
        _rotary = rotary;
        _router = router;
        _store = new PagedKvStore(shape);
    }

    /// <summary>Sizes of a model's cache, for a given number of pages.</summary>
    /// <exception cref="HoneException">Its layers do not have caches of one shape.</exception>
    public static PagedKvShape ShapeOf(CausalLm model, EngineOptions options, int pages)
    {
        KvShape[] layers = [.. model.KvShapes.Select(shape => shape with { SlidingWindow = null }).Distinct()];
        return layers is [var layer]
            ? new PagedKvShape { Layers = model.LayerCount, KeyValueHeads = layer.KvHeads, HeadDim = layer.HeadDim, Pages = pages, PageTokens = options.PageTokens, Format = options.CacheFormat }
            : throw new HoneException("This model cannot be used for generation.", model.Config.ModelType, "its layers have keys and values of different shapes", "use a model whose layers are alike");
    }

    /// <summary>Copies the contents of a page.</summary>
    public void CopyPage(int from, int to) => _store.CopyPage(from, to);

    /// <summary>Computes the hidden states of a step's tokens and stores their keys and values.</summary>
    /// <returns>f32 <c>[tokens, hidden]</c> in the caller's scope.</returns>
    public Tensor Forward(IReadOnlyList<ScheduledChunk> chunks)
    {
        int tokens = 0, longest = 0;
        foreach (ScheduledChunk chunk in chunks)
        {
            tokens += chunk.Count;
            longest = Math.Max(longest, chunk.First + chunk.Count);
        }

        Grow(tokens, chunks.Count);
        for (int i = 0, row = 0; i < chunks.Count; row += chunks[i++].Count)
        {
            Fill(chunks[i], row, out _sequences[i]);
        }

        _router.Route(chunks);
        Tensor ids = Tensor.From((ReadOnlySpan<int>)_ids.AsSpan(0, tokens), tokens), positions = Tensor.From((ReadOnlySpan<int>)_positions.AsSpan(0, tokens), tokens);
        var context = new PagedAttentionContext(_store, new PagedSequences(_sequences.AsSpan(0, chunks.Count)), positions, _slots, longest, _rotary.SpansOf(chunks));
        return _model.Forward(ids, context);
    }

    /// <summary>Scores the vocabulary at some rows.</summary>
    /// <param name="hidden">Result of <see cref="Forward"/>.</param>
    /// <param name="rows">Row numbers, ascending.</param>
    /// <param name="adapters">Number of the adapter of each of them.</param>
    /// <returns>f32 <c>[rows, vocabulary]</c>, contiguous.</returns>
    public Tensor Logits(Tensor hidden, ReadOnlySpan<long> rows, ReadOnlySpan<int> adapters)
    {
        _router.RouteHead(adapters);
        return _model.Logits(rows.Length == hidden.Shape[0] ? hidden : Ops.IndexSelect(hidden, Tensor.From(rows, rows.Length)));
    }

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();

    private void Fill(ScheduledChunk chunk, int row, out PagedSequence sequence)
    {
        PageTable table = chunk.Sequence.Table!; // scheduled texts have one
        ReadOnlySpan<int> pages = table.Pages.Span;
        int size = _store.Shape.PageTokens;
        chunk.Sequence.Tokens.Slice(chunk.First, chunk.Count).CopyTo(_ids.AsSpan(row));
        for (int i = 0; i < chunk.Count; i++)
        {
            int position = chunk.First + i;
            _positions[row + i] = position;
            _slots[row + i] = (pages[position / size] * size) + (position % size);
        }

        int keys = chunk.First + chunk.Count;
        sequence = new PagedSequence(chunk.Count, chunk.First, keys, table.Pages[..((keys + size - 1) / size)]);
    }

    private void Grow(int tokens, int sequences)
    {
        if (_ids.Length < tokens)
        {
            (_ids, _positions, _slots) = (new int[2 * tokens], new int[2 * tokens], new int[2 * tokens]);
        }

        if (_sequences.Length < sequences)
        {
            _sequences = new PagedSequence[2 * sequences];
        }
    }
}
