namespace Hone.Inference.Constraints;

/// <summary>For each node of a grammar the fewest bytes that lead from it to the end of its rule, and which they are.</summary>
/// <remarks>Source: Knuth, "A Generalization of Dijkstra's Algorithm", 1977: the cost of a call is that of the rule plus that of what follows.</remarks>
internal sealed class GrammarCosts
{
    private const long Unreachable = long.MaxValue;
    private const long Beyond = 1L << 50; // texts this long are as good as endless; keeps sums from overflowing

    private readonly Grammar _grammar;
    private readonly long[] _cost;
    private readonly int[] _best;
    private readonly byte[] _byteOf = new byte[256];
    private readonly bool[] _hasByte = new bool[256];

    /// <summary>Computes the costs.</summary>
    /// <param name="grammar">The grammar.</param>
    /// <param name="isAvailable">For each byte whether it may be used.</param>
    public GrammarCosts(Grammar grammar, bool[] isAvailable)
    {
        _grammar = grammar;
        _cost = new long[grammar.Nodes];
        _best = new int[grammar.Nodes];
        int next = -1;
        for (int value = 255; value >= 0; value--)
        {
            next = isAvailable[value] ? value : next;
            _byteOf[value] = (byte)Math.Max(0, next); // the lowest available byte from here on
            _hasByte[value] = next >= 0;
        }

        Array.Fill(_cost, Unreachable);
        Solve();
    }

    /// <summary>Whether the end of the rule can be reached at all.</summary>
    public bool IsReachable(int node) => _cost[node] != Unreachable;

    /// <summary>Fewest bytes from a place to the end of the whole text; <see langword="null"/> when there is no way.</summary>
    public long? CostOf(int node, int stack, CallStacks stacks)
    {
        long sum = 0;
        while (true)
        {
            if (_cost[node] == Unreachable)
            {
                return null;
            }

            sum = Math.Min(Beyond, sum + _cost[node]);
            if (stack == CallStacks.Empty)
            {
                return sum;
            }

            (node, stack) = stacks[stack];
        }
    }

    /// <summary>The bytes that <see cref="CostOf"/> counts.</summary>
    public List<byte> Complete(int node, int stack, CallStacks stacks)
    {
        var bytes = new List<byte>();
        while (true)
        {
            Append(node, bytes);
            if (stack == CallStacks.Empty)
            {
                return bytes;
            }

            (node, stack) = stacks[stack];
        }
    }

    private void Append(int node, List<byte> bytes)
    {
        var returns = new Stack<int>();
        while (true)
        {
            if (_grammar.IsRuleEnd[node])
            {
                if (!returns.TryPop(out node))
                {
                    return;
                }

                continue;
            }

            GrammarEdge edge = _grammar.EdgesOf(node)[_best[node]];
            if (edge.Kind == GrammarEdgeKind.Call)
            {
                returns.Push(edge.Target);
                node = _grammar.Rules[edge.First].Start;
                continue;
            }

            if (edge.Kind == GrammarEdgeKind.Byte)
            {
                bytes.Add(_byteOf[edge.First]);
            }

            node = edge.Target;
        }
    }

    // Nodes are settled in order of their cost; a call waits for both the rule and what follows.
    private void Solve()
    {
        (int[] first, (int Node, int Edge)[] waiting) = BuildPredecessors();
        var queue = new PriorityQueue<(int Node, int Edge), long>();
        bool[] isSettled = new bool[_cost.Length];
        foreach ((_, int end) in _grammar.Rules)
        {
            queue.Enqueue((end, 0), 0);
        }

        while (queue.TryDequeue(out (int Node, int Edge) entry, out long cost))
        {
            if (isSettled[entry.Node])
            {
                continue;
            }

            isSettled[entry.Node] = true;
            _cost[entry.Node] = cost;
            _best[entry.Node] = entry.Edge;
            foreach ((int node, int index) in waiting.AsSpan(first[entry.Node]..first[entry.Node + 1]))
            {
                if (!isSettled[node] && CostThrough(_grammar.EdgesOf(node)[index]) is { } through)
                {
                    queue.Enqueue((node, index), through);
                }
            }
        }
    }

    private long? CostThrough(GrammarEdge edge)
    {
        long rest = _cost[edge.Target];
        if (rest == Unreachable)
        {
            return null;
        }

        switch (edge.Kind)
        {
            case GrammarEdgeKind.Jump:
                return rest;
            case GrammarEdgeKind.Byte:
                return _hasByte[edge.First] && _byteOf[edge.First] <= edge.Last ? rest + 1 : null;
            default:
                long rule = _cost[_grammar.Rules[edge.First].Start];
                return rule == Unreachable ? null : Math.Min(Beyond, rule + rest);
        }
    }

    // For each node the edges that lead to it, or call the rule that begins there: where they begin, and all of them.
    private (int[] First, (int Node, int Edge)[] Waiting) BuildPredecessors()
    {
        int[] first = new int[_cost.Length + 1];
        foreach (GrammarEdge edge in _grammar.AllEdges)
        {
            first[edge.Target + 1]++;
            if (edge.Kind == GrammarEdgeKind.Call)
            {
                first[_grammar.Rules[edge.First].Start + 1]++;
            }
        }

        for (int node = 0; node < _cost.Length; node++)
        {
            first[node + 1] += first[node];
        }

        var waiting = new (int Node, int Edge)[first[^1]];
        int[] next = first[..^1];
        for (int node = 0; node < _cost.Length; node++)
        {
            ReadOnlySpan<GrammarEdge> edges = _grammar.EdgesOf(node);
            for (int index = 0; index < edges.Length; index++)
            {
                waiting[next[edges[index].Target]++] = (node, index);
                if (edges[index].Kind == GrammarEdgeKind.Call)
                {
                    waiting[next[_grammar.Rules[edges[index].First].Start]++] = (node, index);
                }
            }
        }

        return (first, waiting);
    }
}
