using Hone.Inference.KvCache;

namespace Hone.Inference.Scheduling;

/// <summary>Decides which tokens of which texts a step computes, and gives them pages; knows nothing of models.</summary>
/// <remarks>
/// First come the texts that need one token each, then the rest of prompts under way, then waiting texts in order of arrival. When pages run out, the text that
/// arrived last gives its pages up and waits to be computed again; its tokens stay. Depends on the order of arrival alone.
/// </remarks>
internal sealed class Scheduler
{
    private readonly PagePool _pool;
    private readonly EngineOptions _options;
    private readonly RotaryPlan _rotary;
    private readonly Action<int, int> _copyPage;
    private readonly List<Sequence> _running = [];
    private readonly LinkedList<Sequence> _waiting = [];
    private readonly List<ScheduledChunk> _chunks = [];
    private readonly HashSet<Sequence> _scheduled = [];
    private readonly List<Sequence> _order = [];

    /// <summary>Creates a scheduler without texts.</summary>
    /// <param name="pool">Pages of the cache.</param>
    /// <param name="options">Limits.</param>
    /// <param name="rotary">What the model asks of the cache.</param>
    /// <param name="copyPage">Copies the contents of a page.</param>
    public Scheduler(PagePool pool, EngineOptions options, RotaryPlan rotary, Action<int, int> copyPage)
    {
        _pool = pool;
        _options = options;
        _rotary = rotary;
        _copyPage = copyPage;
    }

    /// <summary>Texts that hold pages, in order of arrival.</summary>
    public IReadOnlyList<Sequence> Running => _running;

    /// <summary>Texts that wait for pages.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsIdle => _running.Count == 0 && _waiting.Count == 0;

    /// <summary>How often a text gave its pages up.</summary>
    public long Preemptions { get; private set; }

    /// <summary>Tokens found in the cache.</summary>
    public long CachedTokens { get; private set; }

    /// <summary>Takes a new text on.</summary>
    public void Add(Sequence sequence)
    {
        LinkedListNode<Sequence>? earlier = _waiting.Last;
        while (earlier is not null && Compare(earlier.Value, sequence) > 0)
        {
            earlier = earlier.Previous;
        }

        if (earlier is null)
        {
            _waiting.AddFirst(sequence);
        }
        else
        {
            _waiting.AddAfter(earlier, sequence);
        }
    }

    /// <summary>Takes a text on that came from another one; it runs on at once when it shares that one's pages.</summary>
    public void AddFork(Sequence sequence)
    {
        if (sequence.Table is null)
        {
            Add(sequence);
        }
        else
        {
            Insert(sequence);
        }
    }

    /// <summary>Lets a text go and takes its pages back.</summary>
    public void Remove(Sequence sequence)
    {
        if (!_running.Remove(sequence))
        {
            _waiting.Remove(sequence);
        }

        sequence.ReleaseCache();
    }

    /// <summary>All texts of a request.</summary>
    public List<Sequence> Of(RequestState request) => [.. _running.Concat(_waiting).Where(sequence => sequence.Request == request)];

    /// <summary>Plans a step.</summary>
    /// <returns>The tokens to compute, those of one adapter side by side; valid until the next call. Empty when nothing can be done.</returns>
    public IReadOnlyList<ScheduledChunk> Plan()
    {
        _chunks.Clear();
        _scheduled.Clear();
        int budget = _options.MaxStepTokens;
        ReleaseOutgrown();
        budget = Continue(budget, isDecoding: true);
        budget = Continue(budget, isDecoding: false);
        Admit(budget);
        _chunks.Sort(static (a, b) => a.Sequence.Request.AdapterNumber != b.Sequence.Request.AdapterNumber
            ? a.Sequence.Request.AdapterNumber.CompareTo(b.Sequence.Request.AdapterNumber)
            : Compare(a.Sequence, b.Sequence));
        return _chunks;
    }

    private void ReleaseOutgrown()
    {
        foreach (Sequence sequence in _running.Where(_rotary.OutgrowsCache).ToArray())
        {
            Preempt(sequence);
        }
    }

    private int Continue(int budget, bool isDecoding)
    {
        _order.Clear();
        _order.AddRange(_running);
        foreach (Sequence sequence in _order)
        {
            int missing = sequence.Count - sequence.Computed;
            bool isRunning = sequence.Table is not null; // it may have been sent back to wait for one before it
            if (budget > 0 && isRunning && missing > 0 && missing == 1 == isDecoding && !_scheduled.Contains(sequence))
            {
                int count = Math.Min(missing, budget);
                if (Reserve(sequence, count))
                {
                    Schedule(sequence, count);
                    budget -= count;
                }
            }
        }

        return budget;
    }

    // Takes pages from the text that arrived last, and from this one itself when all others are in the step already.
    private bool Reserve(Sequence sequence, int count)
    {
        PageTable table = sequence.Table!; // running texts have one
        while (!table.TryReserve(sequence.Computed, count, _copyPage))
        {
            Sequence? victim = _running.LastOrDefault(other => other != sequence && !_scheduled.Contains(other) && other.Table!.Pages.Length > 0 && Compare(other, sequence) > 0);
            Preempt(victim ?? sequence);
            if (victim is null)
            {
                return false;
            }
        }

        return true;
    }

    private void Admit(int budget)
    {
        for (LinkedListNode<Sequence>? node = _waiting.First; node is not null && budget > 0 && _running.Count < _options.MaxSequences;)
        {
            LinkedListNode<Sequence>? next = node.Next;
            Sequence sequence = node.Value;
            if (!WaitsForPrefix(sequence))
            {
                sequence.Table = new PageTable(_pool, _rotary.RootOf(sequence));
                sequence.Computed = _options.SharesPrefixes && !sequence.Request.NeedsPromptScores ? sequence.Table.AttachPrefix(Sharable(sequence, sequence.Count - 1)) : 0;
                int count = Math.Min(sequence.Count - sequence.Computed, budget);
                if (sequence.Table.PagesFor(sequence.Computed, sequence.Count - sequence.Computed) > _pool.Available || !sequence.Table.TryReserve(sequence.Computed, count, _copyPage))
                {
                    sequence.ReleaseCache();
                    return; // in order: nobody overtakes a text that waits for memory
                }

                CachedTokens += sequence.Computed;
                sequence.Request.CachedPromptTokens ??= sequence.Computed;
                _waiting.Remove(node);
                Insert(sequence);
                Schedule(sequence, count);
                budget -= count;
            }

            node = next;
        }
    }

    // A prompt under way will put more of this text's beginning into the cache than is there now.
    private bool WaitsForPrefix(Sequence sequence)
    {
        if (!_options.SharesPrefixes || sequence.Request.NeedsPromptScores)
        {
            return false;
        }

        ReadOnlySpan<int> tokens = Sharable(sequence, sequence.Count - 1);
        int cached = -1;
        foreach (Sequence other in _running)
        {
            if (other.Computed < other.PromptLength && _rotary.RootOf(other) == _rotary.RootOf(sequence))
            {
                int common = tokens.CommonPrefixLength(Sharable(other, other.Count));
                cached = cached < 0 ? PageTable.CountPrefix(_pool, _rotary.RootOf(sequence), tokens) : cached;
                if (common - (common % _pool.PageTokens) > cached)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void Schedule(Sequence sequence, int count)
    {
        _chunks.Add(new ScheduledChunk(sequence, sequence.Computed, count));
        _scheduled.Add(sequence);
        sequence.Computed += count;
        if (_options.SharesPrefixes)
        {
            sequence.Table!.Register(Sharable(sequence, sequence.Computed)); // it has just been given pages
        }
    }

    private ReadOnlySpan<int> Sharable(Sequence sequence, int count) => sequence.Tokens[..Math.Min(count, _rotary.SharableTokens(sequence))];

    private void Preempt(Sequence sequence)
    {
        Preemptions++;
        _running.Remove(sequence);
        sequence.ReleaseCache();
        Add(sequence);
    }

    private void Insert(Sequence sequence)
    {
        int index = _running.FindLastIndex(other => Compare(other, sequence) <= 0) + 1;
        _running.Insert(index, sequence);
    }

    private static int Compare(Sequence a, Sequence b) =>
        a.Request.Number != b.Request.Number ? a.Request.Number.CompareTo(b.Request.Number) : a.Sample.CompareTo(b.Sample);
}
