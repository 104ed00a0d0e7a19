namespace Hone.Inference.Constraints;

/// <summary>A set of texts as an automaton over bytes whose rules call each other.</summary>
internal sealed class Grammar
{
    private readonly GrammarEdge[] _edges;
    private readonly int[] _firstEdge; // by node; one more entry ends the last one

    /// <summary>Orders edges by the node they leave.</summary>
    /// <param name="nodes">Number of nodes.</param>
    /// <param name="edges">Edges of all nodes; those of one node keep their order.</param>
    /// <param name="rules">First and last node of each rule.</param>
    /// <param name="root">The rule of the whole text.</param>
    public Grammar(int nodes, IReadOnlyList<(int Node, GrammarEdge Edge)> edges, (int Start, int End)[] rules, int root)
    {
        (Rules, Root) = (rules, root);
        _firstEdge = new int[nodes + 1];
        foreach ((int node, _) in edges)
        {
            _firstEdge[node + 1]++;
        }

        for (int node = 0; node < nodes; node++)
        {
            _firstEdge[node + 1] += _firstEdge[node];
        }

        _edges = new GrammarEdge[edges.Count];
        int[] next = _firstEdge[..nodes];
        foreach ((int node, GrammarEdge edge) in edges)
        {
            _edges[next[node]++] = edge;
        }

        IsRuleEnd = new bool[nodes];
        foreach ((_, int end) in rules)
        {
            IsRuleEnd[end] = true;
        }
    }

    /// <summary>Number of nodes.</summary>
    public int Nodes => IsRuleEnd.Length;

    /// <summary>First and last node of each rule.</summary>
    public (int Start, int End)[] Rules { get; }

    /// <summary>The rule of the whole text.</summary>
    public int Root { get; }

    /// <summary>For each node whether it is the last one of a rule.</summary>
    public bool[] IsRuleEnd { get; }

    /// <summary>The steps of all nodes, one node after the other.</summary>
    public ReadOnlySpan<GrammarEdge> AllEdges => _edges;

    /// <summary>The steps from a node.</summary>
    public ReadOnlySpan<GrammarEdge> EdgesOf(int node) => _edges.AsSpan(_firstEdge[node].._firstEdge[node + 1]);
}
