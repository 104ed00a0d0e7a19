namespace Hone.Processors.Patterns;

/// <summary>Enumerates the matches of a pattern in a text, from left to right and without overlap. Use it in <c>foreach</c>; nothing is allocated per match.</summary>
/// <remarks>As Oniguruma's iterator, it leaves out an empty match that touches the end of the one before.</remarks>
public ref struct PatternMatches
{
    private readonly Pattern _pattern;
    private readonly ReadOnlySpan<char> _text;
    private readonly PatternMatcher _matcher;
    private int _from;
    private int _lastEnd;

    internal PatternMatches(Pattern pattern, ReadOnlySpan<char> text)
    {
        _pattern = pattern;
        _text = text;
        _matcher = pattern.Rent();
        _lastEnd = -1;
    }

    /// <summary>The match found last.</summary>
    public PatternMatch Current { get; private set; }

    /// <summary>This enumerator.</summary>
    public readonly PatternMatches GetEnumerator() => this;

    /// <summary>Moves to the next match.</summary>
    /// <returns><see langword="false"/> after the last.</returns>
    /// <exception cref="PatternLimitException">The text is too long for how much the expression backtracks.</exception>
    public bool MoveNext()
    {
        while (_from <= _text.Length && _matcher.TryFind(_text, _from, out int index, out int length))
        {
            if (length == 0 && index == _lastEnd)
            {
                _from = index + (index < _text.Length ? PatternStep.Width(_text, index) : 1);
                continue;
            }

            Current = new PatternMatch(index, length);
            _from = _lastEnd = Current.End;
            return true;
        }

        return false;
    }

    /// <summary>Gives the working memory back to the pattern.</summary>
    public readonly void Dispose() => _pattern.Return(_matcher);
}
