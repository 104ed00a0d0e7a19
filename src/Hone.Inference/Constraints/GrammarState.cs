namespace Hone.Inference.Constraints;

/// <summary>Where in a grammar a text may be: all places that its bytes so far lead to.</summary>
internal sealed class GrammarState
{
    private readonly GrammarState?[] _next;
    private readonly bool[] _isKnown;

    /// <summary>Creates a state whose successors are not known yet.</summary>
    public GrammarState((int Node, int Stack)[] places, bool isAccepting, int classes)
    {
        Places = places;
        IsAccepting = isAccepting;
        _next = new GrammarState?[classes];
        _isKnown = new bool[classes];
    }

    /// <summary>Nodes with the calls that led to them, in a canonical order; every one of them can still reach an accepted text.</summary>
    public (int Node, int Stack)[] Places { get; }

    /// <summary>Whether the text may end here.</summary>
    public bool IsAccepting { get; }

    /// <summary>Looks a successor up.</summary>
    /// <param name="byteClass">Class of the next byte.</param>
    /// <param name="next">The state behind it; <see langword="null"/> when no accepted text goes on so.</param>
    /// <returns>Whether it has been computed before.</returns>
    public bool TryGetNext(int byteClass, out GrammarState? next)
    {
        next = _next[byteClass];
        return _isKnown[byteClass];
    }

    /// <summary>Remembers a successor.</summary>
    public void SetNext(int byteClass, GrammarState? next)
    {
        _next[byteClass] = next;
        _isKnown[byteClass] = true;
    }

    /// <summary>Drops what is known of successors, so that they can leave memory.</summary>
    public void Forget()
    {
        Array.Clear(_next);
        Array.Clear(_isKnown);
    }
}
