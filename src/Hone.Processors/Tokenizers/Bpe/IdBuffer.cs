namespace Hone.Processors.Tokenizers.Bpe;

/// <summary>Token ids as they arise, in pinned memory that grows.</summary>
internal sealed unsafe class IdBuffer
{
    private int[] _ids = GC.AllocateUninitializedArray<int>(1024, pinned: true);

    /// <summary>Number of ids.</summary>
    public int Count { get; private set; }

    /// <summary>The ids so far.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Forgets all ids, and the memory if a long text made it large.</summary>
    public void Clear()
    {
        const int Kept = 1 << 20;
        Count = 0;
        if (_ids.Length > Kept)
        {
            _ids = GC.AllocateUninitializedArray<int>(Kept, pinned: true);
        }
    }

    /// <summary>Appends one id.</summary>
    public void Add(int id)
    {
        *Reserve(1) = id;
        Commit(1);
    }

    /// <summary>Appends ids.</summary>
    public void AddRange(ReadOnlySpan<int> ids)
    {
        ids.CopyTo(new Span<int>(Reserve(ids.Length), ids.Length));
        Commit(ids.Length);
    }

    /// <summary>Where the next ids go, with room for at least a number of them.</summary>
    public int* Reserve(int count)
    {
        if (_ids.Length - Count < count)
        {
            int[] larger = GC.AllocateUninitializedArray<int>(Math.Max(2 * _ids.Length, Count + count), pinned: true);
            _ids.AsSpan(0, Count).CopyTo(larger);
            _ids = larger;
        }

        fixed (int* start = _ids) // pinned for good
        {
            return start + Count;
        }
    }

    /// <summary>Counts ids written to the reserved place.</summary>
    public void Commit(int count) => Count += count;
}
