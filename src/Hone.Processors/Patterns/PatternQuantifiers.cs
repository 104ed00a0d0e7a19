namespace Hone.Processors.Patterns;

/// <summary>Reads the quantifiers behind a part: <c>* + ? {m,n}</c> and what may stand behind these.</summary>
internal sealed class PatternQuantifiers(PatternCursor cursor, PatternSyntax syntax)
{
    // Oniguruma's own limit of {m,n}.
    private const int MaxRepeat = 100_000;

    /// <summary>The part, repeated as often as the quantifiers here say.</summary>
    /// <param name="atom">What stands before the cursor.</param>
    /// <param name="skipsBlanks">Whether white space and comments may stand between.</param>
    public PatternNode Apply(PatternNode atom, bool skipsBlanks)
    {
        bool isRepeated = false;
        while (!cursor.IsAtEnd)
        {
            if (skipsBlanks && cursor.SkipBlank())
            {
                continue;
            }

            int start = cursor.Position;
            if (TryRead(out int min, out int max, out bool isInterval))
            {
                PatternNode repeated = syntax == PatternSyntax.EcmaScript ? Once(atom, min, max, start, isRepeated) : Repeat(atom, min, max, isInterval);
                atom = max == 0 || atom is PatternNode.Sequence { Parts.Count: 0 } ? PatternNode.Sequence.Empty : repeated;
                isRepeated = true;
            }
            else
            {
                return syntax == PatternSyntax.EcmaScript && cursor.Peek() == '{'
                    ? throw cursor.Error("A brace does not begin {n}, {n,} or {m,n}.", "Write \\{ for the character.", start)
                    : atom;
            }
        }

        return atom;
    }

    /// <summary>Whether a quantifier stands here; if so, it is read.</summary>
    public bool TryRead(out int min, out int max, out bool isInterval)
    {
        int start = cursor.Position;
        isInterval = cursor.Peek() == '{';
        if (isInterval)
        {
            if (!TryReadInterval(out min, out max))
            {
                return false;
            }
        }
        else
        {
            (min, max) = cursor.Take('*') ? (0, -1) : cursor.Take('+') ? (1, -1) : cursor.Take('?') ? (0, 1) : (-1, -1);
        }

        return min > MaxRepeat || max > MaxRepeat
            ? throw cursor.Error($"A repeat count exceeds {MaxRepeat}.", "Use a smaller count, or * or +.", start)
            : min >= 0;
    }

    // {n}? is {n} made optional; {m,n}+ is a repeat of the repeat, not a possessive one.
    private PatternNode Repeat(PatternNode atom, int min, int max, bool isInterval)
    {
        bool isOptional = isInterval && min == max && cursor.Peek() == '?';
        bool isLazy = !isOptional && cursor.Take('?');
        var repeat = new PatternNode.Repeat(atom, min, max, isLazy);
        return isOptional && cursor.Take('?') ? new PatternNode.Repeat(repeat, 0, 1, Lazy: false)
            : !isLazy && !isInterval && cursor.Take('+') ? new PatternNode.Atomic(repeat)
            : repeat;
    }

    private PatternNode.Repeat Once(PatternNode atom, int min, int max, int start, bool isRepeated)
    {
        string? problem = isRepeated ? "A quantifier follows a quantifier." : atom is PatternNode.Anchor or PatternNode.Look ? "A quantifier follows a condition on the position." : null;
        return problem is null
            ? new PatternNode.Repeat(atom, min, max, Lazy: cursor.Take('?'))
            : throw cursor.Error(problem, "Put what is repeated into a group, or write a backslash before the character.", start);
    }

    // {n}, {n,}, {,n} (not in ECMAScript), {m,n}; anything else leaves the brace where it is.
    private bool TryReadInterval(out int min, out int max)
    {
        int start = cursor.Position++;
        bool hasMin = TryReadNumber(out min), comma = cursor.Take(','), hasMax = TryReadNumber(out max);
        bool valid = (hasMin || (comma && hasMax && syntax == PatternSyntax.Oniguruma)) && cursor.Take('}');
        if (!valid)
        {
            (cursor.Position, min, max) = (start, -1, -1);
            return false;
        }

        max = hasMax ? max : comma ? -1 : min;
        if (max >= 0 && min > max)
        {
            throw cursor.Error("A repeat's minimum exceeds its maximum.", "Write {m,n} with m ≤ n.", start);
        }

        return true;
    }

    private bool TryReadNumber(out int value)
    {
        int start = cursor.Position;
        for (value = 0; char.IsAsciiDigit(cursor.Peek()); cursor.Position++)
        {
            value = Math.Min(MaxRepeat + 1, (10 * value) + cursor.Peek() - '0');
        }

        return cursor.Position > start;
    }
}
