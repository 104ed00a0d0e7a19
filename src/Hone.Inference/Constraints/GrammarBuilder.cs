using System.Text;
using Hone.Core.Errors;
using Hone.Processors.Patterns;

namespace Hone.Inference.Constraints;

/// <summary>Puts a grammar together from small automata over bytes.</summary>
/// <remarks>Source: Thompson, "Regular Expression Search Algorithm", 1968; rules that call each other make it a pushdown automaton.</remarks>
internal sealed class GrammarBuilder
{
    private const int MaxNodes = 500_000;

    // UTF-8 has no bytes for them.
    private static readonly CodePointSet Surrogates = CodePointSet.Range(0xD800, 0xDFFF);

    private readonly List<(int Node, GrammarEdge Edge)> _edges = [];
    private readonly List<(int Start, int End)> _rules = [];
    private int _nodes;

    /// <summary>Begins a rule that can be called before its content is known.</summary>
    public int DeclareRule()
    {
        _rules.Add((Node(), Node()));
        return _rules.Count - 1;
    }

    /// <summary>Gives a declared rule its content.</summary>
    public void DefineRule(int rule, Fragment content)
    {
        Jump(_rules[rule].Start, content.Start);
        Jump(content.End, _rules[rule].End);
    }

    /// <summary>Declares and defines a rule.</summary>
    public int Rule(Fragment content)
    {
        int rule = DeclareRule();
        DefineRule(rule, content);
        return rule;
    }

    /// <summary>Finishes the grammar.</summary>
    /// <param name="rule">The rule that the whole text must follow.</param>
    public Grammar Build(int rule) => new(_nodes, _edges, [.. _rules], rule);

    /// <summary>The empty text.</summary>
    public Fragment Empty()
    {
        int node = Node();
        return new Fragment(node, node);
    }

    /// <summary>No text at all.</summary>
    public Fragment Nothing() => new(Node(), Node());

    /// <summary>Exactly this text.</summary>
    public Fragment Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    /// <summary>Exactly these bytes.</summary>
    public Fragment Bytes(ReadOnlySpan<byte> bytes)
    {
        int start = Node(), end = start;
        foreach (byte value in bytes)
        {
            int next = Node();
            _edges.Add((end, GrammarEdge.Byte(value, value, next)));
            end = next;
        }

        return new Fragment(start, end);
    }

    /// <summary>One character of a set, in UTF-8; surrogates are none.</summary>
    public Fragment Character(CodePointSet set)
    {
        int start = Node(), end = Node();
        foreach ((int first, int rangeEnd) in set.Except(Surrogates).Ranges())
        {
            Utf8Ranges.Split(first, rangeEnd - 1, bytes => AddByteRanges(start, end, bytes));
        }

        return new Fragment(start, end);
    }

    /// <summary>A text of a rule.</summary>
    public Fragment Call(int rule)
    {
        int start = Node(), end = Node();
        _edges.Add((start, GrammarEdge.Call(rule, end)));
        return new Fragment(start, end);
    }

    /// <summary>Parts one after the other.</summary>
    public Fragment Sequence(params ReadOnlySpan<Fragment> parts)
    {
        if (parts.IsEmpty)
        {
            return Empty();
        }

        for (int i = 1; i < parts.Length; i++)
        {
            Jump(parts[i - 1].End, parts[i].Start);
        }

        return new Fragment(parts[0].Start, parts[^1].End);
    }

    /// <summary>One of the parts.</summary>
    public Fragment Choice(params IEnumerable<Fragment> parts)
    {
        int start = Node(), end = Node();
        foreach (Fragment part in parts)
        {
            Jump(start, part.Start);
            Jump(part.End, end);
        }

        return new Fragment(start, end);
    }

    /// <summary>The part or the empty text.</summary>
    public Fragment Optional(Fragment part) => Choice(part, Empty());

    /// <summary>A part any number of times.</summary>
    public Fragment Star(Fragment part)
    {
        int hub = Node(), end = Node();
        Jump(hub, part.Start);
        Jump(part.End, hub);
        Jump(hub, end);
        return new Fragment(hub, end);
    }

    /// <summary>A part between <paramref name="min"/> and <paramref name="max"/> times; no maximum when <see langword="null"/>.</summary>
    /// <param name="create">Creates the part anew for each time.</param>
    /// <param name="min">0 or more.</param>
    /// <param name="max">Not below <paramref name="min"/>.</param>
    /// <exception cref="HoneException">So many copies would make the grammar too large.</exception>
    public Fragment Repeat(Func<Fragment> create, int min, int? max)
    {
        int start = Node(), at = start, made = 0;
        long copies = max ?? min + 1L;
        for (int i = 0; i < min; i++)
        {
            at = Append(at, Copy());
        }

        if (max is null)
        {
            return new Fragment(start, Append(at, Star(Copy())));
        }

        int end = Node();
        for (int i = min; i < max; i++)
        {
            Jump(at, end);
            at = Append(at, Copy());
        }

        Jump(at, end);
        return new Fragment(start, end);

        // The first copy may make rules that the others share; from the second one on all are of one size, so what is to come is known before it is made.
        Fragment Copy()
        {
            int before = _nodes;
            Fragment copy = create();
            if (++made == 2)
            {
                Require((copies - made) * (_nodes - before));
            }

            return copy;
        }
    }

    /// <summary>Leads from one node to another without a byte.</summary>
    public void Jump(int from, int to) => _edges.Add((from, GrammarEdge.Jump(to)));

    /// <summary>Adds a node.</summary>
    /// <exception cref="HoneException">The grammar has become too large.</exception>
    public int Node()
    {
        Require(1);
        return _nodes++;
    }

    private void Require(long nodes)
    {
        if (_nodes + nodes > MaxNodes)
        {
            throw new HoneException("A constraint is too large.", facts: $"more than {MaxNodes:N0} states", fix: "use smaller repetition counts, lengths or lists");
        }
    }

    private int Append(int at, Fragment part)
    {
        Jump(at, part.Start);
        return part.End;
    }

    private void AddByteRanges(int start, int end, ReadOnlySpan<(byte First, byte Last)> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            int next = i == bytes.Length - 1 ? end : Node();
            _edges.Add((start, GrammarEdge.Byte(bytes[i].First, bytes[i].Last, next)));
            start = next;
        }
    }

    /// <summary>A part of the automaton with one way in and one way out.</summary>
    public readonly record struct Fragment(int Start, int End);
}
