namespace Hone.Processors.Patterns;

/// <summary>Reads a regular expression into a tree.</summary>
/// <remarks>Capturing and named groups only group; back references, calls, conditionals, absent operators and <c>\K</c> are refused. What each syntax is taken from stands at <see cref="PatternSyntax"/>.</remarks>
public sealed class PatternParser
{
    // Deeper nesting than any tokenizer's; bounds the recursion.
    private const int MaxDepth = 200;

    private readonly PatternCursor _cursor;
    private readonly PatternSyntax _syntax;
    private readonly PatternQuantifiers _quantifiers;
    private int _depth;

    private PatternParser(PatternCursor cursor, PatternSyntax syntax)
    {
        (_cursor, _syntax) = (cursor, syntax);
        _quantifiers = new PatternQuantifiers(cursor, syntax);
    }

    private bool IsEcmaScript => _syntax == PatternSyntax.EcmaScript;

    /// <summary>Parses a whole expression.</summary>
    /// <param name="expression">The expression, without delimiters.</param>
    /// <param name="syntax">The language it is written in.</param>
    /// <exception cref="PatternSyntaxException">It is malformed or uses syntax that is not supported.</exception>
    public static PatternNode Parse(string expression, PatternSyntax syntax = PatternSyntax.Oniguruma)
    {
        ArgumentNullException.ThrowIfNull(expression);
        var cursor = new PatternCursor(expression);
        PatternNode node = new PatternParser(cursor, syntax).ParseChoice(default);
        return cursor.IsAtEnd ? node : throw cursor.Error("A closing parenthesis has no opening one.", "Write \\) for the character.", cursor.Position);
    }

    private PatternNode ParseChoice(Flags flags)
    {
        if (++_depth > MaxDepth)
        {
            throw _cursor.Error($"The expression nests deeper than {MaxDepth} groups.", "Simplify the expression.", _cursor.Position);
        }

        var choices = new List<PatternNode> { ParseSequence(flags) };
        while (_cursor.Take('|'))
        {
            choices.Add(ParseSequence(flags));
        }

        _depth--;
        return choices.Count == 1 ? choices[0] : new PatternNode.Choice(choices);
    }

    private PatternNode ParseSequence(Flags flags)
    {
        var parts = new List<PatternNode>();
        while (!_cursor.IsAtEnd && _cursor.Peek() is not ('|' or ')'))
        {
            if (flags.Extended && _cursor.SkipBlank())
            {
                continue;
            }

            if (flags.IgnoreCase && TakeLigature() is { } ligature)
            {
                parts.Add(ligature);
            }
            else if (ParseAtom(flags) is { } atom && _quantifiers.Apply(atom, flags.Extended) is not PatternNode.Sequence { Parts.Count: 0 } and var part)
            {
                parts.Add(part); // empty parts are left out: whatever is in the tree costs an instruction, which bounds the compiler's time
            }
        }

        return parts.Count switch { 0 => PatternNode.Sequence.Empty, 1 => parts[0], _ => new PatternNode.Sequence(parts) };
    }

    // The sequence itself or a character that folds to it; only where no quantifier follows, which would bind to the last letter.
    private PatternNode.Choice? TakeLigature()
    {
        foreach ((string sequence, int[] characters) in CaseFolding.Ligatures)
        {
            if (_cursor.IsAtAnyCase(sequence) && _cursor.Peek(sequence.Length) is not ('*' or '+' or '?' or '{'))
            {
                _cursor.Position += sequence.Length;
                var letters = sequence.Select(letter => (PatternNode)new PatternNode.One(CaseFolding.Close(CodePointSet.Of(letter))));
                return new PatternNode.Choice([new PatternNode.Sequence([.. letters]), new PatternNode.One(CodePointSet.Of(characters))]);
            }
        }

        return null;
    }

    private PatternNode? ParseAtom(Flags flags)
    {
        int start = _cursor.Position;
        switch (_cursor.Peek())
        {
            case '(':
                _cursor.Position++;
                return ParseGroup(flags, start);
            case '[':
                _cursor.Position++;
                return new PatternNode.One(IsEcmaScript ? EcmaScriptClass.Take(_cursor) : new PatternClassParser(_cursor, flags).Parse());
            case '.':
                _cursor.Position++;
                return new PatternNode.One(IsEcmaScript ? EcmaScriptEscapes.LineBreaks.Complement() : flags.DotAll ? CodePointSet.All : CodePointSet.Of('\n').Complement());
            case '^':
                _cursor.Position++;
                return new PatternNode.Anchor(IsEcmaScript ? AnchorKind.TextStart : AnchorKind.LineStart);
            case '$':
                _cursor.Position++;
                return new PatternNode.Anchor(IsEcmaScript ? AnchorKind.TextEnd : AnchorKind.LineEnd);
            case '\\':
                return IsEcmaScript ? ParseEcmaScriptEscape() : ParseEscape(flags);
            case '*' or '+' or '?':
            case '{' when IsEcmaScript && _quantifiers.TryRead(out _, out _, out _):
                _cursor.Position = start;
                throw _cursor.Error("A quantifier has nothing to repeat.", $"Write \\{_cursor.Peek()} for the character.", start);
            default:
                int code = _cursor.TakeCodePoint();
                return Literal(IsEcmaScript ? EcmaScriptEscapes.Scalar(_cursor, code, start) : code, flags);
        }
    }

    private static PatternNode.One Literal(int code, Flags flags)
    {
        var set = CodePointSet.Of(code);
        return new PatternNode.One(flags.IgnoreCase ? CaseFolding.Close(set) : set);
    }

    private PatternNode? ParseGroup(Flags flags, int start)
    {
        if (!_cursor.Take('?'))
        {
            return CloseGroup(ParseChoice(flags), start);
        }

        if (_cursor.Take(':'))
        {
            return CloseGroup(ParseChoice(flags), start);
        }

        if (_cursor.Take('='))
        {
            return new PatternNode.Look(CloseGroup(ParseChoice(flags), start), Behind: false, Negative: false);
        }

        if (_cursor.Take('!'))
        {
            return new PatternNode.Look(CloseGroup(ParseChoice(flags), start), Behind: false, Negative: true);
        }

        if (_cursor.Take('<') || (IsEcmaScript && _cursor.Take("P<")))
        {
            return ParseAngle(flags, start);
        }

        return IsEcmaScript
            ? throw _cursor.Error("This kind of group is not supported.", "Use (?:…) or (?<name>…).", start)
            : ParseOnigurumaGroup(flags, start);
    }

    private PatternNode? ParseOnigurumaGroup(Flags flags, int start)
    {
        if (_cursor.Take('>'))
        {
            return new PatternNode.Atomic(CloseGroup(ParseChoice(flags), start));
        }

        if (_cursor.Take('#'))
        {
            int end = _cursor.Find(')');
            _cursor.Position = end < 0 ? throw _cursor.Error("A comment is not closed.", "End it with ).", start) : end + 1;
            return null;
        }

        if (_cursor.Peek() is 'i' or 'm' or 'x' or '-')
        {
            return ParseFlags(flags, start);
        }

        throw _cursor.Error("This kind of group is not supported.", "Use (?:…), (?=…), (?!…), (?<=…), (?<!…), (?>…), (?i) or (?<name>…).", start);
    }

    private PatternNode ParseAngle(Flags flags, int start)
    {
        bool positive = _cursor.Take('=');
        if (positive || _cursor.Take('!'))
        {
            PatternNode part = CloseGroup(ParseChoice(flags), start);
            IReadOnlyList<PatternNode> choices = part is PatternNode.Choice choice ? choice.Parts : [part];
            return IsEcmaScript || choices.All(each => each.FixedLength >= 0)
                ? new PatternNode.Look(part, Behind: true, !positive)
                : throw _cursor.Error("A look-behind must have a fixed length.", "Give each of its alternatives one length.", start);
        }

        int end = _cursor.Find('>');
        if (end <= _cursor.Position || (IsEcmaScript && !_cursor.IsNameUntil(end)))
        {
            throw _cursor.Error("A group's name is malformed or not closed.", "Write (?<name>…).", start);
        }

        _cursor.Position = end + 1;
        return CloseGroup(ParseChoice(flags), start);
    }

    // (?i) holds to the end of the group around it, alternatives included; (?i:…) for its own group.
    private PatternNode ParseFlags(Flags flags, int start)
    {
        bool on = true;
        for (; !_cursor.IsAtEnd; _cursor.Position++)
        {
            switch (_cursor.Peek())
            {
                case '-':
                    on = false;
                    break;
                case 'i':
                    flags = flags with { IgnoreCase = on };
                    break;
                case 'm':
                    flags = flags with { DotAll = on };
                    break;
                case 'x':
                    flags = flags with { Extended = on };
                    break;
                case ')':
                    _cursor.Position++;
                    return ParseChoice(flags);
                case ':':
                    _cursor.Position++;
                    return CloseGroup(ParseChoice(flags), start);
                default:
                    throw _cursor.Error($"There is no option '{_cursor.Peek()}'.", "Options are i, m and x.", _cursor.Position);
            }
        }

        throw _cursor.Error("A group is not closed.", "End it with ).", start);
    }

    private PatternNode CloseGroup(PatternNode inner, int start) => _cursor.Take(')') ? inner : throw _cursor.Error("A group is not closed.", "End it with ).", start);

    private PatternNode ParseEscape(Flags flags)
    {
        int start = _cursor.Position++;
        if (_cursor.IsAtEnd)
        {
            throw _cursor.Error("The expression ends in a backslash.", "Write \\\\ for the character.", start);
        }

        char kind = _cursor.Peek();
        _cursor.Position++;
        switch (kind)
        {
            case 'A':
                return new PatternNode.Anchor(AnchorKind.TextStart);
            case 'z':
                return new PatternNode.Anchor(AnchorKind.TextEnd);
            case 'Z':
                return new PatternNode.Anchor(AnchorKind.TextEndOrNewline);
            case 'b':
                return new PatternNode.Anchor(AnchorKind.WordEdge);
            case 'B':
                return new PatternNode.Anchor(AnchorKind.NotWordEdge);
            case 'X':
                return new PatternNode.Grapheme();
            case 'N':
                return new PatternNode.One(CodePointSet.Of('\n').Complement());
            case 'O':
                return new PatternNode.One(CodePointSet.All);
            case 'R':
                CodePointSet breaks = CodePointSet.Range('\n', '\r').Union(CodePointSet.Of(0x85, 0x2028, 0x2029));
                PatternNode pair = new PatternNode.Sequence([new PatternNode.One(CodePointSet.Of('\r')), new PatternNode.One(CodePointSet.Of('\n'))]);
                return new PatternNode.Atomic(new PatternNode.Choice([pair, new PatternNode.One(breaks)]));
            case 'G' or 'K' or 'k' or 'g' or 'y' or 'Y' or (>= '1' and <= '9'):
                throw _cursor.Error($"\\{kind} is not supported.", "Rewrite the expression without it.", start);
            default:
                _cursor.Position = start;
                return _cursor.TakeSetEscape() is { } set ? new PatternNode.One(set) : Literal(_cursor.TakeCharacterEscape(), flags);
        }
    }

    private PatternNode.Anchor? TakeEcmaScriptAnchor() => _cursor.Take("\\b") ? new PatternNode.Anchor(AnchorKind.WordEdge)
        : _cursor.Take("\\B") ? new PatternNode.Anchor(AnchorKind.NotWordEdge)
        : null;

    private PatternNode ParseEcmaScriptEscape() => _cursor.Peek(1) is 'k' or (>= '1' and <= '9')
        ? throw _cursor.Error("Back references are not supported.", "Rewrite the expression without them.", _cursor.Position)
        : TakeEcmaScriptAnchor() ?? (PatternNode)new PatternNode.One(EcmaScriptEscapes.Take(_cursor, inBrackets: false));

    /// <summary>Options in force.</summary>
    internal readonly record struct Flags(bool IgnoreCase, bool DotAll, bool Extended);
}
