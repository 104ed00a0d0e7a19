namespace Hone.Processors.Tokenizers.Models;

/// <summary>Finds all tokens that a text begins with, from short to long.</summary>
internal sealed class PrefixTree
{
    // The edge (node, character) leads to a node; one table for the whole tree.
    private readonly Dictionary<(int Node, char Character), int> _edges = [];
    private readonly List<int> _ids = [-1];

    /// <summary>Adds a token; of equal tokens the last counts.</summary>
    public void Add(string token, int id)
    {
        int node = 0;
        foreach (char c in token)
        {
            if (!_edges.TryGetValue((node, c), out int next))
            {
                next = _ids.Count;
                _edges.Add((node, c), next);
                _ids.Add(-1);
            }

            node = next;
        }

        _ids[node] = id;
    }

    /// <summary>Starts at the root.</summary>
    public Walk Start() => new(this);

    /// <summary>A position in the tree.</summary>
    public struct Walk(PrefixTree tree)
    {
        private int _node;

        /// <summary>Characters walked.</summary>
        public int Length { get; private set; }

        /// <summary>The token that ends here, or −1.</summary>
        public readonly int Id => tree._ids[_node];

        /// <summary>Follows the next character of the text from <paramref name="start"/>.</summary>
        public bool Advance(ReadOnlySpan<char> text, int start)
        {
            if (start + Length >= text.Length || !tree._edges.TryGetValue((_node, text[start + Length]), out _node))
            {
                return false;
            }

            Length++;
            return true;
        }
    }
}
