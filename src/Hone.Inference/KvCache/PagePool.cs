namespace Hone.Inference.KvCache;

/// <summary>Bookkeeping of the cache's pages: which are free, how many sequences share each, and which hold a prefix that a later sequence may share.</summary>
/// <remarks>
/// A full page can be registered under its parent page and its tokens, which identifies everything before it too. Registered pages outlive their
/// sequences and are given away, least recently used first, only when no other page is free. Contents are the store's; nothing here touches memory.
/// Source: Kwon et al., "Efficient Memory Management for Large Language Model Serving with PagedAttention", arXiv:2309.06180.
/// </remarks>
internal sealed class PagePool
{
    private const int None = -1;

    private readonly Stack<int> _free;
    private readonly int[] _shares;
    private readonly long[] _nodes;                 // 0: not registered
    private readonly PageKey[] _keys;
    private readonly int[][] _tokens;
    private readonly Dictionary<PageKey, int> _registered = [];
    private readonly int[] _older, _newer;          // order of release among registered pages without owners
    private int _oldest = None, _newest = None;
    private int _idle;
    private long _lastNode;

    /// <summary>Creates a pool in which every page is free.</summary>
    /// <param name="pageCount">At least 1.</param>
    /// <param name="pageTokens">Tokens a page holds, at least 1.</param>
    public PagePool(int pageCount, int pageTokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(pageTokens, 1);
        PageCount = pageCount;
        PageTokens = pageTokens;
        _free = new Stack<int>(Enumerable.Range(0, pageCount).Reverse());
        _shares = new int[pageCount];
        _nodes = new long[pageCount];
        _keys = new PageKey[pageCount];
        _tokens = new int[pageCount][];
        _older = new int[pageCount];
        _newer = new int[pageCount];
    }

    /// <summary>Pages in all.</summary>
    public int PageCount { get; }

    /// <summary>Tokens a page holds.</summary>
    public int PageTokens { get; }

    /// <summary>Pages that can be had now, the idle registered ones included.</summary>
    public int Available => _free.Count + _idle;

    /// <summary>Pages that hold a prefix which no sequence uses at the moment.</summary>
    public int Idle => _idle;

    /// <summary>How many sequences hold the page.</summary>
    public int Shares(int page) => _shares[page];

    /// <summary>Takes a page for one owner; the content is undefined.</summary>
    /// <returns><see langword="false"/> when all pages are in use.</returns>
    public bool TryTake(out int page)
    {
        if (!_free.TryPop(out page))
        {
            page = _oldest;
            if (page == None)
            {
                return false;
            }

            Unlink(page);
            Unregister(page);
        }

        _shares[page] = 1;
        return true;
    }

    /// <summary>Adds an owner to a page that is in use or idle.</summary>
    public void Share(int page)
    {
        if (_shares[page]++ == 0)
        {
            Unlink(page);
        }
    }

    /// <summary>Takes an owner away; without any the page is free, or idle when it is registered.</summary>
    /// <exception cref="InvalidOperationException">The page has no owner.</exception>
    public void Release(int page)
    {
        if (_shares[page] == 0)
        {
            throw new InvalidOperationException($"Page {page} was released more often than it was taken.");
        }

        if (--_shares[page] > 0)
        {
            return;
        }

        if (_nodes[page] == 0)
        {
            _free.Push(page);
        }
        else
        {
            LinkNewest(page);
        }
    }

    /// <summary>Finds the page that continues a prefix.</summary>
    /// <param name="parent">Node of the page before, or the root of an adapter.</param>
    /// <param name="tokens">Exactly one page of tokens.</param>
    /// <returns>The page and its node; <see langword="null"/> when none is registered.</returns>
    public (int Page, long Node)? Find(long parent, ReadOnlySpan<int> tokens) =>
        _registered.TryGetValue(new PageKey(parent, Hash(tokens)), out int page) && tokens.SequenceEqual(_tokens[page]) ? (page, _nodes[page]) : null;

    /// <summary>Makes a full page known by its tokens and what lies before it.</summary>
    /// <param name="page">A page that its owner will not write to any more.</param>
    /// <param name="parent">Node of the page before, or the root of an adapter.</param>
    /// <param name="tokens">Exactly one page of tokens.</param>
    /// <returns>The node to continue from; that of another page when one with this content is known already.</returns>
    public long Register(int page, long parent, ReadOnlySpan<int> tokens)
    {
        var key = new PageKey(parent, Hash(tokens));
        if (_registered.TryGetValue(key, out int known))
        {
            // Another content with the same hash keeps its place; this page then stays private, under a node that nobody finds.
            return tokens.SequenceEqual(_tokens[known]) ? _nodes[known] : ++_lastNode;
        }

        _registered.Add(key, page);
        _keys[page] = key;
        _tokens[page] = tokens.ToArray();
        return _nodes[page] = ++_lastNode;
    }

    /// <summary>Forgets all prefixes; pages in use stay with their owners.</summary>
    public void ForgetPrefixes()
    {
        while (_oldest != None)
        {
            int page = _oldest;
            Unlink(page);
            Unregister(page);
            _free.Push(page);
        }

        foreach (int page in _registered.Values.ToArray())
        {
            Unregister(page);
        }
    }

    // Any mixing function will do: contents are compared before a page is shared.
    private static ulong Hash(ReadOnlySpan<int> tokens)
    {
        ulong hash = 14695981039346656037; // FNV-1a, 64 bits
        foreach (int token in tokens)
        {
            hash = (hash ^ (uint)token) * 1099511628211;
        }

        return hash;
    }

    private void Unregister(int page)
    {
        _registered.Remove(_keys[page]);
        _nodes[page] = 0;
    }

    private void LinkNewest(int page)
    {
        _older[page] = _newest;
        _newer[page] = None;
        if (_newest == None)
        {
            _oldest = page;
        }
        else
        {
            _newer[_newest] = page;
        }

        _newest = page;
        _idle++;
    }

    private void Unlink(int page)
    {
        if (_older[page] == None)
        {
            _oldest = _newer[page];
        }
        else
        {
            _newer[_older[page]] = _newer[page];
        }

        if (_newer[page] == None)
        {
            _newest = _older[page];
        }
        else
        {
            _older[_newer[page]] = _older[page];
        }

        _idle--;
    }

    private readonly record struct PageKey(long Parent, ulong Hash);
}
