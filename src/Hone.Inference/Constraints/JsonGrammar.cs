using System.Text.Encodings.Web;
using System.Text.Json;
using Hone.Processors.Patterns;
using Fragment = Hone.Inference.Constraints.GrammarBuilder.Fragment;

namespace Hone.Inference.Constraints;

/// <summary>The building blocks of JSON texts: white space, strings, numbers and any value.</summary>
/// <remarks>
/// White space between tokens is at most one line break followed by at most <see cref="MaxSpaces"/> spaces or tabs, so that a text cannot run on without saying anything.
/// Source: RFC 8259.
/// </remarks>
internal sealed class JsonGrammar
{
    private const int MaxSpaces = 40;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly CodePointSet Digits = CodePointSet.Range('0', '9');
    private static readonly CodePointSet Controls = CodePointSet.Range(0, 0x1F);
    private static readonly CodePointSet MustEscape = Controls.Union(CodePointSet.Of('"', '\\'));
    private static readonly (int Character, string Escape)[] ShortEscapes = [('"', "\\\""), ('\\', "\\\\"), ('\b', "\\b"), ('\f', "\\f"), ('\n', "\\n"), ('\r', "\\r"), ('\t', "\\t")];

    private readonly GrammarBuilder _builder;
    private readonly int _space, _character, _string, _integer, _number;
    private int? _value, _object;

    /// <summary>Adds the rules to a grammar.</summary>
    public JsonGrammar(GrammarBuilder builder)
    {
        _builder = builder;
        Fragment blanks = builder.Repeat(() => builder.Character(CodePointSet.Of(' ', '\t')), 0, MaxSpaces);
        _space = builder.Rule(builder.Sequence(builder.Optional(builder.Text("\n")), blanks));
        _character = builder.Rule(AnyCharacter());
        _string = builder.Rule(Quoted(builder.Star(builder.Call(_character))));
        _integer = builder.Rule(Integer());
        _number = builder.Rule(Number(builder.Call(_integer)));
    }

    /// <summary>White space, or none.</summary>
    public Fragment Space() => _builder.Call(_space);

    /// <summary>Any string.</summary>
    public Fragment String() => _builder.Call(_string);

    /// <summary>A string of at least and at most so many characters.</summary>
    public Fragment String(int minLength, int? maxLength) => Quoted(_builder.Repeat(() => _builder.Call(_character), minLength, maxLength));

    /// <summary>A string in which a pattern matches.</summary>
    public Fragment StringMatching(string pattern) => Quoted(new RegexGrammar(_builder, pattern, Encoded).Anywhere());

    /// <summary>A whole number.</summary>
    public Fragment AnyInteger() => _builder.Call(_integer);

    /// <summary>A number.</summary>
    public Fragment AnyNumber() => _builder.Call(_number);

    /// <summary>A number without a minus sign.</summary>
    public Fragment NonNegativeNumber() => Number(Unsigned());

    /// <summary>Any JSON value.</summary>
    public Fragment Value()
    {
        if (_value is null)
        {
            int value = _builder.DeclareRule();
            _value = value;
            _builder.DefineRule(value, _builder.Choice(
                _builder.Text("null"), _builder.Text("true"), _builder.Text("false"), AnyNumber(), String(), AnyObject(), List(() => _builder.Call(value), 0, null)));
        }

        return _builder.Call(_value.Value);
    }

    /// <summary>Any JSON object.</summary>
    public Fragment AnyObject()
    {
        if (_object is null)
        {
            int members = _builder.DeclareRule();
            _object = members;
            _builder.DefineRule(members, Braced("{", "}", () => Member(String(), Value()), 0, null));
        }

        return _builder.Call(_object.Value);
    }

    /// <summary>A list of so many items.</summary>
    public Fragment List(Func<Fragment> item, int min, int? max) => Braced("[", "]", item, min, max);

    /// <summary>A name with its value.</summary>
    public Fragment Member(Fragment name, Fragment value) => _builder.Sequence(name, Space(), _builder.Text(":"), Space(), value);

    /// <summary>A comma between members or items.</summary>
    public Fragment Comma() => _builder.Sequence(Space(), _builder.Text(","), Space());

    /// <summary>A string of plain characters that is none of the given ones.</summary>
    public Fragment NameOtherThan(IReadOnlyList<string> names)
    {
        CodePointSet plain = MustEscape.Complement();
        int end = _builder.Node();
        int[][] spelled = [.. names.Select(name => name.EnumerateRunes().Select(r => r.Value).ToArray())];
        int root = Branch([.. spelled.Where(name => name.All(plain.Contains))], 0, out Stack<IGrouping<int, int[]>> open); // no plain name equals the others
        var work = new Stack<(int Node, int Depth, Stack<IGrouping<int, int[]>> Open)>([(root, 0, open)]); // names are as long as their writer likes: no recursion
        while (work.TryPeek(out (int Node, int Depth, Stack<IGrouping<int, int[]>> Open) place))
        {
            if (!place.Open.TryPop(out IGrouping<int, int[]>? group))
            {
                work.Pop();
                continue;
            }

            Fragment next = _builder.Character(CodePointSet.Of(group.Key));
            _builder.Jump(place.Node, next.Start);
            int inner = Branch([.. group], place.Depth + 1, out Stack<IGrouping<int, int[]>> below);
            _builder.Jump(next.End, inner);
            work.Push((inner, place.Depth + 1, below));
        }

        return Quoted(new Fragment(root, end));

        // A place inside the tree of names: leave the tree by a character of no name, or end where no name ends; going on is left open.
        int Branch(List<int[]> inside, int depth, out Stack<IGrouping<int, int[]>> goingOn)
        {
            int node = _builder.Node();
            List<IGrouping<int, int[]>> byNext = [.. inside.Where(name => name.Length > depth).GroupBy(name => name[depth])];
            if (inside.All(name => name.Length != depth))
            {
                _builder.Jump(node, end);
            }

            Fragment other = _builder.Sequence(_builder.Character(plain.Except(CodePointSet.Of([.. byNext.Select(g => g.Key)]))), _builder.Star(_builder.Character(plain)));
            _builder.Jump(node, other.Start);
            _builder.Jump(other.End, end);
            goingOn = new Stack<IGrouping<int, int[]>>(byNext.AsEnumerable().Reverse());
            return node;
        }
    }

    /// <summary>Exactly this value, written without white space, members in their order.</summary>
    public Fragment Constant(JsonElement value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Plain))
        {
            value.WriteTo(writer);
        }

        return _builder.Bytes(stream.ToArray());
    }

    private Fragment Braced(string open, string close, Func<Fragment> item, int min, int? max)
    {
        if (max == 0)
        {
            return _builder.Sequence(_builder.Text(open), Space(), _builder.Text(close));
        }

        Fragment more = _builder.Repeat(() => _builder.Sequence(Comma(), item()), Math.Max(0, min - 1), max - 1);
        Fragment items = _builder.Sequence(item(), more);
        return _builder.Sequence(_builder.Text(open), Space(), min == 0 ? _builder.Optional(_builder.Sequence(items, Space())) : _builder.Sequence(items, Space()), _builder.Text(close));
    }

    private Fragment Quoted(Fragment content) => _builder.Sequence(_builder.Text("\""), content, _builder.Text("\""));

    // Characters of a set inside a string: plain where JSON allows it, else in the one usual escape.
    private Fragment Encoded(CodePointSet set)
    {
        var parts = new List<Fragment> { _builder.Character(set.Except(MustEscape)) };
        foreach ((int first, int end) in set.Intersect(MustEscape).Ranges())
        {
            for (int c = first; c < end; c++)
            {
                string? escape = ShortEscapes.FirstOrDefault(pair => pair.Character == c).Escape;
                parts.Add(_builder.Text(escape ?? $"\\u{c:x4}"));
            }
        }

        return _builder.Choice(parts);
    }

    private Fragment AnyCharacter()
    {
        CodePointSet hex = Digits.Union(CodePointSet.Range('a', 'f')).Union(CodePointSet.Range('A', 'F'));
        CodePointSet d = CodePointSet.Of('d', 'D'), notD = hex.Except(d);
        return _builder.Choice(
            _builder.Character(MustEscape.Complement()),
            _builder.Sequence(_builder.Text("\\"), _builder.Character(CodePointSet.Of('"', '\\', '/', 'b', 'f', 'n', 'r', 't'))),
            _builder.Sequence(_builder.Text("\\u"), One(notD), One(hex), One(hex), One(hex)),
            _builder.Sequence(_builder.Text("\\u"), One(d), One(CodePointSet.Range('0', '7')), One(hex), One(hex)),
            _builder.Sequence(
                _builder.Text("\\u"), One(d), One(CodePointSet.Of('8', '9', 'a', 'b', 'A', 'B')), One(hex), One(hex),
                _builder.Text("\\u"), One(d), One(CodePointSet.Range('c', 'f').Union(CodePointSet.Range('C', 'F'))), One(hex), One(hex)));

        Fragment One(CodePointSet set) => _builder.Character(set);
    }

    private Fragment Integer() => _builder.Sequence(_builder.Optional(_builder.Text("-")), Unsigned());

    private Fragment Unsigned() =>
        _builder.Choice(_builder.Text("0"), _builder.Sequence(_builder.Character(CodePointSet.Range('1', '9')), _builder.Star(Digit())));

    private Fragment Number(Fragment integer) => _builder.Sequence(
        integer,
        _builder.Optional(_builder.Sequence(_builder.Text("."), Digit(), _builder.Star(Digit()))),
        _builder.Optional(_builder.Sequence(
            _builder.Character(CodePointSet.Of('e', 'E')),
            _builder.Optional(_builder.Character(CodePointSet.Of('+', '-'))),
            Digit(),
            _builder.Star(Digit()))));

    private Fragment Digit() => _builder.Character(Digits);
}
