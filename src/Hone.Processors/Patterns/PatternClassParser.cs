namespace Hone.Processors.Patterns;

/// <summary>Reads a bracketed class, from behind its opening bracket: ranges, nested classes, <c>&amp;&amp;</c>, escapes and <c>[:posix:]</c> names.</summary>
internal sealed class PatternClassParser(PatternCursor cursor, PatternParser.Flags flags)
{
    private const int MaxDepth = 100;

    private readonly int _start = cursor.Position - 1;
    private int _depth;

    /// <summary>Reads up to and including the closing bracket.</summary>
    public CodePointSet Parse()
    {
        if (++_depth > MaxDepth)
        {
            throw cursor.Error($"Classes nest deeper than {MaxDepth}.", "Simplify the expression.", cursor.Position);
        }

        bool negated = cursor.Take('^');
        CodePointSet? met = null;
        var ranges = new List<(int First, int End)>();
        bool first = true;
        while (first || cursor.Peek() != ']')
        {
            if (cursor.Take("&&"))
            {
                met = Meet(met, ranges);
                ranges.Clear();
            }
            else
            {
                ranges.AddRange(ParseItem().Ranges());
            }

            first = false;
        }

        cursor.Take(']');
        _depth--;
        CodePointSet set = Meet(met, ranges);
        set = flags.IgnoreCase ? CaseFolding.Close(set) : set;
        return negated ? set.Complement() : set;
    }

    private static CodePointSet Meet(CodePointSet? met, List<(int First, int End)> ranges)
    {
        var set = CodePointSet.FromRanges(ranges);
        return met is null ? set : met.Intersect(set);
    }

    private CodePointSet ParseItem()
    {
        if (cursor.Peek() == '[' && cursor.Peek(1) == ':' && TakePosix() is { } posix)
        {
            return posix;
        }

        if (cursor.Take('['))
        {
            return Parse();
        }

        if (cursor.Peek() == '\\' && cursor.TakeSetEscape(inBrackets: true) is { } set)
        {
            return set;
        }

        int position = cursor.Position, low = TakeCharacter();

        // A hyphen at the end of the class, or before a set, is a character.
        if (cursor.Peek() != '-' || cursor.Peek(1) is ']' or '[' or '\0' || (cursor.Peek(1) == '\\' && cursor.Peek(2) is 's' or 'S' or 'd' or 'D' or 'w' or 'W' or 'h' or 'H' or 'p' or 'P'))
        {
            return CodePointSet.Of(low);
        }

        cursor.Take('-');
        int high = TakeCharacter();
        return low <= high
            ? CodePointSet.Range(low, high)
            : throw cursor.Error("A range of a class runs backwards.", "Write the lower character first.", position);
    }

    private int TakeCharacter() => cursor.Peek() switch
    {
        '\0' when cursor.IsAtEnd => throw cursor.Error("A class is not closed.", "End it with ].", _start),
        '\\' when cursor.Peek(1) == 'b' => TakeBackspace(),
        '\\' => cursor.TakeCharacterEscape(),
        _ => cursor.TakeCodePoint(),
    };

    private int TakeBackspace()
    {
        cursor.Take("\\b");
        return '\b';
    }

    private CodePointSet? TakePosix()
    {
        string? name = cursor.TakePosixName(out bool negated);
        if (name is null)
        {
            return null;
        }

        CodePointSet set = UnicodeProperties.Find(name == "punct" ? "posixpunct" : name)
            ?? throw cursor.Error($"There is no POSIX class '{name}'.", "Known are alnum, alpha, ascii, blank, cntrl, digit, graph, lower, print, punct, space, upper, word and xdigit.", _start);
        return negated ? set.Complement() : set;
    }
}
