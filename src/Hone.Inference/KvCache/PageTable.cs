namespace Hone.Inference.KvCache;

/// <summary>The pages of one sequence in order: page <c>i</c> holds the keys and values of its tokens from <c>i·PageTokens</c> on.</summary>
internal sealed class PageTable
{
    private readonly PagePool _pool;
    private readonly long _root;
    private int[] _pages = new int[8];
    private int _count;
    private long _node;
    private int _knownPages;

    /// <summary>Creates an empty table.</summary>
    /// <param name="pool">Where pages come from and go to.</param>
    /// <param name="root">Below 0: one for each adapter, since the same tokens have other keys and values under another adapter.</param>
    public PageTable(PagePool pool, long root)
    {
        _pool = pool;
        _root = root;
        _node = root;
    }

    /// <summary>Root of the prefixes that the table shares.</summary>
    public long Root => _root;

    /// <summary>Pages in order; valid until the table changes.</summary>
    public ReadOnlyMemory<int> Pages => _pages.AsMemory(0, _count);

    /// <summary>Shares the pages that already hold a beginning of <paramref name="tokens"/>; only for an empty table.</summary>
    /// <returns>Number of tokens found, a multiple of the page size.</returns>
    public int AttachPrefix(ReadOnlySpan<int> tokens)
    {
        int size = _pool.PageTokens;
        while ((_count + 1) * size <= tokens.Length && _pool.Find(_node, tokens.Slice(_count * size, size)) is { } found)
        {
            _pool.Share(found.Page);
            Add(found.Page);
            _node = found.Node;
        }

        _knownPages = _count;
        return _count * size;
    }

    /// <summary>How many tokens at the beginning are held by registered pages, without taking them.</summary>
    public static int CountPrefix(PagePool pool, long root, ReadOnlySpan<int> tokens)
    {
        int size = pool.PageTokens, count = 0;
        long node = root;
        while (count + size <= tokens.Length && pool.Find(node, tokens.Slice(count, size)) is { } found)
        {
            node = found.Node;
            count += size;
        }

        return count;
    }

    /// <summary>Number of pages that <see cref="TryReserve"/> would take for the same arguments.</summary>
    public int PagesFor(int first, int count)
    {
        int needed = Math.Max(0, PagesOf(first + count) - _count);
        return count > 0 && WritesSharedPage(first) ? needed + 1 : needed;
    }

    /// <summary>Makes room for tokens to be written, giving the sequence its own copy of a page that it shares and would write to.</summary>
    /// <param name="first">Position of the first token to write.</param>
    /// <param name="count">Number of tokens.</param>
    /// <param name="copy">Copies the contents of a page (from, to); called before anything is written.</param>
    /// <returns><see langword="false"/>, and nothing is changed, when there are not enough pages.</returns>
    public bool TryReserve(int first, int count, Action<int, int> copy)
    {
        if (PagesFor(first, count) > _pool.Available)
        {
            return false;
        }

        if (count > 0 && WritesSharedPage(first))
        {
            int index = first / _pool.PageTokens, shared = _pages[index];
            _pages[index] = Take();
            copy(shared, _pages[index]);
            _pool.Release(shared);
        }

        while (_count < PagesOf(first + count))
        {
            Add(Take());
        }

        return true;
    }

    /// <summary>Registers the pages that are full, so that others can share them.</summary>
    /// <param name="tokens">Tokens of the sequence whose keys and values are in its pages when the current pass has run.</param>
    public void Register(ReadOnlySpan<int> tokens)
    {
        int size = _pool.PageTokens;
        for (; (_knownPages + 1) * size <= tokens.Length; _knownPages++)
        {
            _node = _pool.Register(_pages[_knownPages], _node, tokens.Slice(_knownPages * size, size));
        }
    }

    /// <summary>A second sequence with the same beginning, sharing all pages.</summary>
    public PageTable Fork()
    {
        var copy = new PageTable(_pool, _root) { _node = _node, _knownPages = _knownPages };
        foreach (int page in _pages.AsSpan(0, _count))
        {
            _pool.Share(page);
            copy.Add(page);
        }

        return copy;
    }

    /// <summary>Gives all pages back, the last one first, so that the beginnings of texts are kept longest.</summary>
    public void Release()
    {
        for (int i = _count - 1; i >= 0; i--)
        {
            _pool.Release(_pages[i]);
        }

        _count = 0;
        _knownPages = 0;
        _node = _root;
    }

    private int PagesOf(int tokens) => (tokens + _pool.PageTokens - 1) / _pool.PageTokens;

    private bool WritesSharedPage(int position)
    {
        int index = position / _pool.PageTokens;
        return index < _count && _pool.Shares(_pages[index]) > 1;
    }

    private void Add(int page)
    {
        if (_count == _pages.Length)
        {
            Array.Resize(ref _pages, 2 * _count);
        }

        _pages[_count++] = page;
    }

    private int Take() =>
        _pool.TryTake(out int page) ? page : throw new InvalidOperationException("The pool ran out of pages that it had announced.");
}
