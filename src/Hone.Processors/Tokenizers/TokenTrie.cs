using System.Buffers;

namespace Hone.Processors.Tokenizers;

/// <summary>Finds the leftmost occurrence of any of a set of texts, the longest where several begin.</summary>
internal sealed class TokenTrie
{
    private readonly List<Dictionary<char, int>> _nodes = [[]];
    private readonly List<int> _ids = [-1];
    private SearchValues<char>? _firsts;

    /// <summary>Adds a text that is not empty; the first id given to a text stays.</summary>
    public void Add(string text, int id)
    {
        int node = 0;
        foreach (char c in text)
        {
            if (!_nodes[node].TryGetValue(c, out int next))
            {
                next = _nodes.Count;
                _nodes[node].Add(c, next);
                _nodes.Add([]);
                _ids.Add(-1);
            }

            node = next;
        }

        _ids[node] = _ids[node] < 0 ? id : _ids[node];
        _firsts = SearchValues.Create([.. _nodes[0].Keys]);
    }

    /// <summary>Looks for the first occurrence at or after <paramref name="from"/>.</summary>
    public bool TryFind(ReadOnlySpan<char> text, int from, out int start, out int length, out int id)
    {
        (start, length, id) = (0, 0, -1);
        if (_firsts is null)
        {
            return false;
        }

        for (int at = from; at < text.Length; at++)
        {
            int skip = text[at..].IndexOfAny(_firsts);
            if (skip < 0)
            {
                return false;
            }

            at += skip;
            if (Longest(text[at..], out length, out id))
            {
                start = at;
                return true;
            }
        }

        return false;
    }

    /// <summary>The longest of the texts that <paramref name="text"/> begins with.</summary>
    public bool Longest(ReadOnlySpan<char> text, out int length, out int id)
    {
        (length, id) = (0, -1);
        int node = 0;
        for (int i = 0; i < text.Length && _nodes[node].TryGetValue(text[i], out node); i++)
        {
            if (_ids[node] >= 0)
            {
                (length, id) = (i + 1, _ids[node]);
            }
        }

        return id >= 0;
    }
}
