using Hone.Core.Errors;

namespace Hone.Inference.Constraints;

/// <summary>Follows a grammar byte by byte; states are computed when first reached and shared from then on.</summary>
/// <remarks>
/// The stack of calls is part of a state, so rules may call themselves. When the states have grown too many they are all forgotten and computed anew, as far as
/// they are needed again: memory is bounded whatever the grammar. Used by one thread at a time.
/// Source: Cox, "Regular Expression Matching in the Wild", 2010 (the cache of RE2).
/// </remarks>
internal sealed class GrammarAutomaton
{
    private const int ByteValues = 256;
    private const long DefaultMaxCells = 16 << 20; // some 150 MB
    private const int MaxPlaces = 20_000; // in one state; a grammar that needs more is ambiguous beyond use

    private readonly Grammar _grammar;
    private readonly GrammarCosts _costs;
    private readonly long _maxCells;
    private readonly byte[] _classOf = new byte[ByteValues];
    private readonly byte[] _example;
    private readonly Dictionary<Key, GrammarState> _states = [];
    private readonly CallStacks _stacks = new();
    private long _cells;

    /// <summary>Prepares a grammar.</summary>
    /// <param name="grammar">The accepted texts.</param>
    /// <param name="maxCells">How many successors and places all states together may hold before they are forgotten.</param>
    /// <exception cref="HoneException">No text at all is accepted, or the grammar calls itself without a byte in between.</exception>
    public GrammarAutomaton(Grammar grammar, long maxCells = DefaultMaxCells)
    {
        (_grammar, _maxCells) = (grammar, maxCells);
        _costs = new GrammarCosts(grammar, Enumerable.Repeat(true, ByteValues).ToArray());
        _example = BuildClasses();
        Start = Close([(grammar.Rules[grammar.Root].Start, CallStacks.Empty)])
            ?? throw new HoneException("A constraint accepts no text at all.", fix: "remove the contradiction from it");
    }

    /// <summary>The state of the empty text.</summary>
    public GrammarState Start { get; }

    /// <summary>The grammar followed.</summary>
    public Grammar Grammar => _grammar;

    /// <summary>Calls that states refer to.</summary>
    public CallStacks Stacks => _stacks;

    /// <summary>The class of each byte; bytes of a class lead to the same place everywhere.</summary>
    public ReadOnlySpan<byte> ClassOf => _classOf;

    /// <summary>Number of classes.</summary>
    public int Classes => _example.Length;

    /// <summary>The state behind a byte.</summary>
    /// <returns><see langword="null"/> when no accepted text begins so.</returns>
    /// <exception cref="HoneException">The grammar is too ambiguous.</exception>
    public GrammarState? Advance(GrammarState state, byte value)
    {
        int byteClass = _classOf[value];
        if (!state.TryGetNext(byteClass, out GrammarState? next))
        {
            next = Compute(state, _example[byteClass]);
            state.SetNext(byteClass, next);
        }

        return next;
    }

    /// <summary>The state behind several bytes.</summary>
    public GrammarState? Advance(GrammarState state, ReadOnlySpan<byte> bytes)
    {
        GrammarState? current = state;
        foreach (byte value in bytes)
        {
            current = Advance(current, value);
            if (current is null)
            {
                return null;
            }
        }

        return current;
    }

    private GrammarState? Compute(GrammarState state, byte value)
    {
        var reached = new List<(int Node, int Stack)>();
        foreach ((int node, int stack) in state.Places)
        {
            foreach (GrammarEdge edge in _grammar.EdgesOf(node))
            {
                if (edge.Kind == GrammarEdgeKind.Byte && value >= edge.First && value <= edge.Last)
                {
                    reached.Add((edge.Target, stack));
                }
            }
        }

        return reached.Count == 0 ? null : Close(reached);
    }

    // Follows everything that consumes nothing. Places from which no accepted text can be reached are left out.
    private GrammarState? Close(List<(int Node, int Stack)> work)
    {
        var seen = new HashSet<(int Node, int Stack)>(work);
        var places = new List<(int Node, int Stack)>();
        bool isAccepting = false;
        for (int i = 0; i < work.Count; i++)
        {
            (int node, int stack) = work[i];
            if (_grammar.IsRuleEnd[node])
            {
                if (stack == CallStacks.Empty)
                {
                    isAccepting = true;
                }
                else
                {
                    (int ret, int caller) = _stacks[stack];
                    Add(ret, caller);
                }
            }

            bool readsByte = false;
            foreach (GrammarEdge edge in _grammar.EdgesOf(node))
            {
                switch (edge.Kind)
                {
                    case GrammarEdgeKind.Byte:
                        readsByte = true;
                        break;
                    case GrammarEdgeKind.Jump:
                        Add(edge.Target, stack);
                        break;
                    default:
                        if (_costs.IsReachable(edge.Target))
                        {
                            Add(_grammar.Rules[edge.First].Start, _stacks.Push(edge.Target, stack));
                        }

                        break;
                }
            }

            if (readsByte)
            {
                places.Add((node, stack));
            }
        }

        return places.Count == 0 && !isAccepting ? null : Intern(places, isAccepting);

        void Add(int node, int stack)
        {
            if (_costs.IsReachable(node) && seen.Add((node, stack)))
            {
                work.Add((node, stack));
                if (work.Count > MaxPlaces)
                {
                    throw new HoneException(
                        "A constraint is too ambiguous to follow.",
                        facts: $"one text leads to more than {MaxPlaces:N0} places of it",
                        fix: "remove rules that refer to themselves without anything before, or alternatives that begin alike");
                }
            }
        }
    }

    private GrammarState Intern(List<(int Node, int Stack)> places, bool isAccepting)
    {
        places.RemoveAll(place => !LeadsOn(place.Node));
        places.Sort();
        var key = new Key([.. places], isAccepting);
        if (!_states.TryGetValue(key, out GrammarState? state))
        {
            _cells += places.Count + Classes;
            if (_cells > _maxCells)
            {
                ForgetStates();
                _cells = places.Count + Classes;
            }

            state = new GrammarState(key.Places, isAccepting, Classes);
            _states.Add(key, state);
        }

        return state;
    }

    private bool LeadsOn(int node)
    {
        foreach (GrammarEdge edge in _grammar.EdgesOf(node))
        {
            if (edge.Kind == GrammarEdgeKind.Byte && _costs.IsReachable(edge.Target))
            {
                return true;
            }
        }

        return false;
    }

    // States that are still in use stay right: they only no longer know their successors.
    private void ForgetStates()
    {
        foreach (GrammarState state in _states.Values)
        {
            state.Forget();
        }

        _states.Clear();
    }

    private byte[] BuildClasses()
    {
        bool[] begins = new bool[ByteValues + 1];
        begins[0] = true;
        foreach (GrammarEdge edge in _grammar.AllEdges)
        {
            if (edge.Kind == GrammarEdgeKind.Byte)
            {
                begins[edge.First] = true;
                begins[edge.Last + 1] = true;
            }
        }

        var examples = new List<byte>();
        for (int value = 0; value < ByteValues; value++)
        {
            if (begins[value])
            {
                examples.Add((byte)value);
            }

            _classOf[value] = (byte)(examples.Count - 1);
        }

        return [.. examples];
    }

    private readonly struct Key((int Node, int Stack)[] places, bool isAccepting) : IEquatable<Key>
    {
        public (int Node, int Stack)[] Places { get; } = places;

        private bool IsAccepting { get; } = isAccepting;

        public bool Equals(Key other) => IsAccepting == other.IsAccepting && Places.AsSpan().SequenceEqual(other.Places);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            foreach ((int Node, int Stack) place in Places)
            {
                hash.Add(place);
            }

            return hash.ToHashCode();
        }
    }
}
