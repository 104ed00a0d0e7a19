namespace Hone.Processors.Patterns;

/// <summary>Reads a bracketed class, from behind its opening bracket: ranges, nested classes, <c>&amp;&amp;</c>, escapes and <c>[:posix:]</c> names.</summary>
internal sealed class PatternClassParser(PatternParser parser, PatternParser.Flags flags)
{
    private const int MaxDepth = 100;

    private readonly int _start = parser.Position - 1;
    private int _depth;

    /// <summary>Reads up to and including the closing bracket.</summary>
    public CodePointSet Parse()
    {
        if (++_depth > MaxDepth)
        {
            throw parser.Error($"Classes nest deeper than {MaxDepth}.", "Simplify the expression.", parser.Position);
        }

        bool negated = parser.Take('^');
        CodePointSet? met = null;
        var set = CodePointSet.Empty;
        bool first = true;
        while (first || parser.Peek() != ']')
        {
            if (parser.Take("&&"))
            {
                met = met is null ? set : met.Intersect(set);
                set = CodePointSet.Empty;
            }
            else
            {
                set = set.Union(ParseItem());
            }

            first = false;
        }

        parser.Take(']');
        _depth--;
        set = met is null ? set : met.Intersect(set);
        set = flags.IgnoreCase ? CaseFolding.Close(set) : set;
        return negated ? set.Complement() : set;
    }

    private CodePointSet ParseItem()
    {
        if (parser.Peek() == '[' && parser.Peek(1) == ':' && TakePosix() is { } posix)
        {
            return posix;
        }

        if (parser.Take('['))
        {
            return Parse();
        }

        if (parser.Peek() == '\\' && parser.TakeSetEscape(inBrackets: true) is { } set)
        {
            return set;
        }

        int position = parser.Position, low = TakeCharacter();

        // A hyphen at the end of the class, or before a set, is a character.
        if (parser.Peek() != '-' || parser.Peek(1) is ']' or '[' or '\0' || (parser.Peek(1) == '\\' && parser.Peek(2) is 's' or 'S' or 'd' or 'D' or 'w' or 'W' or 'h' or 'H' or 'p' or 'P'))
        {
            return CodePointSet.Of(low);
        }

        parser.Take('-');
        int high = TakeCharacter();
        return low <= high
            ? CodePointSet.Range(low, high)
            : throw parser.Error("A range of a class runs backwards.", "Write the lower character first.", position);
    }

    private int TakeCharacter() => parser.Peek() switch
    {
        '\0' when parser.IsAtEnd => throw parser.Error("A class is not closed.", "End it with ].", _start),
        '\\' when parser.Peek(1) == 'b' => TakeBackspace(),
        '\\' => parser.TakeCharacterEscape(),
        _ => parser.TakeCodePoint(),
    };

    private int TakeBackspace()
    {
        parser.Take("\\b");
        return '\b';
    }

    private CodePointSet? TakePosix()
    {
        string? name = parser.TakePosixName(out bool negated);
        if (name is null)
        {
            return null;
        }

        CodePointSet set = UnicodeProperties.Find(name == "punct" ? "posixpunct" : name)
            ?? throw parser.Error($"There is no POSIX class '{name}'.", "Known are alnum, alpha, ascii, blank, cntrl, digit, graph, lower, print, punct, space, upper, word and xdigit.", _start);
        return negated ? set.Complement() : set;
    }
}
