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
        _cost = new long[grammar.Edges.Length];
        _best = new int[grammar.Edges.Length];
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

            GrammarEdge edge = _grammar.Edges[node][_best[node]];
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
        List<(int Node, int Edge)>[] waiting = BuildPredecessors();
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
            foreach ((int node, int index) in waiting[entry.Node])
            {
                if (!isSettled[node] && CostThrough(_grammar.Edges[node][index]) is { } through)
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

    private List<(int Node, int Edge)>[] BuildPredecessors()
    {
        var waiting = new List<(int Node, int Edge)>[_cost.Length];
        for (int node = 0; node < waiting.Length; node++)
        {
            waiting[node] = [];
        }

        for (int node = 0; node < waiting.Length; node++)
        {
            for (int index = 0; index < _grammar.Edges[node].Length; index++)
            {
                GrammarEdge edge = _grammar.Edges[node][index];
                waiting[edge.Target].Add((node, index));
                if (edge.Kind == GrammarEdgeKind.Call)
                {
                    waiting[_grammar.Rules[edge.First].Start].Add((node, index));
                }
            }
        }

        return waiting;
    }
}
