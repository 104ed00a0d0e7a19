using System.Buffers;

namespace Hone.Processors.Tokenizers;

/// <summary>A set of texts, sorted, in which one finds those that another text begins with, by narrowing a range character by character.</summary>
/// <remarks>It takes no memory beyond the texts and a few bytes each, however long they are.</remarks>
internal sealed class PrefixTable
{
    private readonly string[] _texts;
    private readonly int[] _ids;
    private readonly Dictionary<char, (int Start, int End)> _firsts = [];
    private readonly SearchValues<char> _firstCharacters;

    /// <summary>Takes over the texts, which are not empty; of equal ones the first one's id counts.</summary>
    public PrefixTable(IEnumerable<(string Text, int Id)> entries)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((string text, int id) in entries)
        {
            if (text.Length > 0)
            {
                ids.TryAdd(text, id);
            }
        }

        _texts = [.. ids.Keys];
        Array.Sort(_texts, StringComparer.Ordinal);
        _ids = [.. _texts.Select(text => ids[text])];
        for (int start = 0, end; start < _texts.Length; start = end)
        {
            char first = _texts[start][0];
            for (end = start; end < _texts.Length && _texts[end][0] == first; end++)
            {
            }

            _firsts[first] = (start, end);
        }

        _firstCharacters = SearchValues.Create([.. _firsts.Keys]);
    }

    /// <summary>Starts before the first character.</summary>
    public Walk Start() => new(this);

    /// <summary>The longest of the texts that <paramref name="text"/> begins with.</summary>
    public bool Longest(ReadOnlySpan<char> text, out int length, out int id)
    {
        (length, id) = (0, -1);
        for (Walk walk = Start(); walk.Advance(text, 0);)
        {
            if (walk.Id >= 0)
            {
                (length, id) = (walk.Length, walk.Id);
            }
        }

        return id >= 0;
    }

    /// <summary>Finds the leftmost occurrence at or after <paramref name="from"/>, the longest where several begin.</summary>
    public bool TryFind(ReadOnlySpan<char> text, int from, out int start, out int length, out int id)
    {
        for (int at = from; at < text.Length; at++)
        {
            int skip = text[at..].IndexOfAny(_firstCharacters);
            if (skip < 0)
            {
                break;
            }

            at += skip;
            if (Longest(text[at..], out length, out id))
            {
                start = at;
                return true;
            }
        }

        (start, length, id) = (0, 0, -1);
        return false;
    }

    /// <summary>The texts that share the characters walked so far.</summary>
    public struct Walk(PrefixTable table)
    {
        private int _start;
        private int _end;

        /// <summary>Characters walked.</summary>
        public int Length { get; private set; }

        /// <summary>The text that ends here, or −1.</summary>
        public readonly int Id => table._texts[_start].Length == Length ? table._ids[_start] : -1;

        /// <summary>Follows the next character of the text from <paramref name="start"/>.</summary>
        public bool Advance(ReadOnlySpan<char> text, int start)
        {
            if (start + Length >= text.Length)
            {
                return false;
            }

            char next = text[start + Length];
            if (Length == 0)
            {
                if (!table._firsts.TryGetValue(next, out (int Start, int End) range))
                {
                    return false;
                }

                (_start, _end) = range;
            }
            else if (!Narrow(next))
            {
                return false;
            }

            Length++;
            return true;
        }

        private bool Narrow(char next)
        {
            // The text that ends here sorts before all that go on.
            int first = Bound(_start + (table._texts[_start].Length == Length ? 1 : 0), next);
            int end = next == char.MaxValue ? _end : Bound(first, (char)(next + 1));
            if (first == end)
            {
                return false;
            }

            (_start, _end) = (first, end);
            return true;
        }

        /// <summary>The first text of the range, from <paramref name="from"/> on, whose next character is not below the given one.</summary>
        private readonly int Bound(int from, char character)
        {
            int end = _end;
            while (from < end)
            {
                int middle = (from + end) / 2;
                if (table._texts[middle][Length] < character)
                {
                    from = middle + 1;
                }
                else
                {
                    end = middle;
                }
            }

            return from;
        }
    }
}
