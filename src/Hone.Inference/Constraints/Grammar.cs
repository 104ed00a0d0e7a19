namespace Hone.Inference.Constraints;

/// <summary>A set of texts as an automaton over bytes whose rules call each other.</summary>
/// <param name="Edges">Steps from each node.</param>
/// <param name="Rules">First and last node of each rule.</param>
/// <param name="Root">The rule of the whole text.</param>
internal sealed record Grammar(GrammarEdge[][] Edges, (int Start, int End)[] Rules, int Root)
{
    /// <summary>For each node whether it is the last one of a rule.</summary>
    public bool[] IsRuleEnd { get; } = MarkEnds(Edges.Length, Rules);

    private static bool[] MarkEnds(int nodes, (int Start, int End)[] rules)
    {
        bool[] ends = new bool[nodes];
        foreach ((_, int end) in rules)
        {
            ends[end] = true;
        }

        return ends;
    }
}
