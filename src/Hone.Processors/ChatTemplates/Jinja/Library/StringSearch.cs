using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Library;

/// <summary>The methods of <c>str</c> that look into the text: searching, splitting, classifying, translating.</summary>
internal static class StringSearch
{
    /// <summary>The methods.</summary>
    public static Method[] Methods { get; } =
    [
        new("find", "/sub /start? /end?", (_, self, a) => Integers.Box((long)Find(self, a, fromRight: false))),
        new("rfind", "/sub /start? /end?", (_, self, a) => Integers.Box((long)Find(self, a, fromRight: true))),
        new("index", "/sub /start? /end?", (_, self, a) => Integers.Box((long)Require(Find(self, a, fromRight: false)))),
        new("rindex", "/sub /start? /end?", (_, self, a) => Integers.Box((long)Require(Find(self, a, fromRight: true)))),
        new("count", "/sub /start? /end?", (_, self, a) => Integers.Box((long)Count(self, a))),
        new("startswith", "/prefix /start? /end?", (_, self, a) => (object)HasAffix(self, a, atEnd: false)),
        new("endswith", "/suffix /start? /end?", (_, self, a) => (object)HasAffix(self, a, atEnd: true)),
        Every("isalpha", Characters.IsAlpha),
        Every("isalnum", Characters.IsAlphanumeric),
        Every("isdecimal", Characters.IsDecimal),
        Every("isdigit", Characters.IsDigit),
        Every("isnumeric", Characters.IsNumeric),
        Every("isspace", Characters.IsSpace),
        Every("isprintable", Characters.IsPrintable, ofEmpty: true),
        Every("isascii", c => c < 0x80, ofEmpty: true),
        new("islower", "", (_, self, _) => IsAllCase(StringMethods.TextOf(self), Characters.IsLower)),
        new("isupper", "", (_, self, _) => IsAllCase(StringMethods.TextOf(self), Characters.IsUpper)),
        new("istitle", "", (_, self, _) => IsTitle(StringMethods.TextOf(self))),
        new("isidentifier", "", (_, self, _) => IsIdentifier(StringMethods.TextOf(self))),
    ];

    public static List<string> SplitAt(string text, string separator, int limit, bool fromRight)
    {
        if (separator.Length == 0)
        {
            throw PythonException.Value("empty separator");
        }

        var parts = new List<string>();
        if (!fromRight)
        {
            int start = 0;
            for (int at = text.IndexOf(separator, StringComparison.Ordinal); at >= 0 && limit > 0; at = text.IndexOf(separator, start, StringComparison.Ordinal), limit--)
            {
                parts.Add(text[start..at]);
                start = at + separator.Length;
            }

            parts.Add(text[start..]);
            return parts;
        }

        int end = text.Length;
        while (limit-- > 0 && text.AsSpan(0, end).LastIndexOf(separator) is var at and >= 0)
        {
            parts.Add(text[(at + separator.Length)..end]);
            end = at;
        }

        parts.Add(text[..end]);
        parts.Reverse();
        return parts;
    }

    public static List<string> SplitBlanks(string text, int limit, bool fromRight)
    {
        var parts = new List<string>();
        if (fromRight)
        {
            int end = text.Length;
            while (true)
            {
                while (end > 0 && Characters.IsSpace(text[end - 1]))
                {
                    end--;
                }

                if (end == 0 || limit-- <= 0)
                {
                    break;
                }

                int start = end;
                while (start > 0 && !Characters.IsSpace(text[start - 1]))
                {
                    start--;
                }

                parts.Add(text[start..end]);
                end = start;
            }

            if (end > 0)
            {
                parts.Add(text[..end]);
            }

            parts.Reverse();
            return parts;
        }

        int at = 0;
        while (true)
        {
            while (at < text.Length && Characters.IsSpace(text[at]))
            {
                at++;
            }

            if (at == text.Length || limit-- <= 0)
            {
                break;
            }

            int start = at;
            while (at < text.Length && !Characters.IsSpace(text[at]))
            {
                at++;
            }

            parts.Add(text[start..at]);
        }

        if (at < text.Length)
        {
            parts.Add(text[at..]);
        }

        return parts;
    }

    public static string Translate(RenderState state, string text, object? table)
    {
        var translated = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i += Characters.Width(text, i))
        {
            int c = Characters.At(text, i);
            object? mapped = table is PyDict dict
                ? dict.TryGet((long)c, out object? found) ? found : (long)c
                : Subscripts.Item(state, table, (long)c) is var item and not Undefined ? item : (long)c;
            switch (mapped)
            {
                case null:
                    break;
                case long code when code is >= 0 and < 0x110000:
                    Characters.Append(translated, (int)code);
                    break;
                default:
                    string part = Argument.Text(mapped, "translate");
                    state.ChargeText(part.Length);
                    translated.Append(part);
                    break;
            }

            state.CheckOutput(translated);
        }

        return translated.ToString();
    }

    public static PyDict MakeTranslation(object?[] a)
    {
        var table = new PyDict();
        if (!Argument.IsGiven(a[1]))
        {
            PyDict source = a[0] as PyDict ?? throw PythonException.Type("if you give only one argument to maketrans it must be a dict");
            for (int i = 0; i < source.Count; i++)
            {
                object? key = source.KeyAt(i);
                bool isLetter = PythonTypes.TryText(key, out string letter);
                if (isLetter && Characters.Length(letter) != 1)
                {
                    throw PythonException.Value("string keys in translate table must be of length 1");
                }

                table.Set(isLetter ? (long)Characters.At(letter, 0) : key, source.ValueAt(i));
            }

            return table;
        }

        string from = Argument.Text(a[0], "maketrans()");
        string to = Argument.Text(a[1], "maketrans()");
        if (Characters.Length(from) != Characters.Length(to))
        {
            throw PythonException.Value("the first two maketrans arguments must have equal length");
        }

        for (int i = 0, j = 0; i < from.Length; i += Characters.Width(from, i), j += Characters.Width(to, j))
        {
            table.Set((long)Characters.At(from, i), (long)Characters.At(to, j));
        }

        string removed = Argument.IsGiven(a[2]) ? Argument.Text(a[2], "maketrans()") : "";
        for (int i = 0; i < removed.Length; i += Characters.Width(removed, i))
        {
            table.Set((long)Characters.At(removed, i), null);
        }

        return table;
    }

    /// <summary>The part between the optional start and end arguments, and how many code points precede it; null if start lies beyond the text.</summary>
    private static (string Part, int Before)? Window(object self, object?[] a)
    {
        string text = StringMethods.TextOf(self);
        if (!Argument.IsGiven(a[1]))
        {
            return (text, 0);
        }

        int length = Characters.Length(text);
        int start = Position(a[1], 0, length);
        int end = Math.Min(Position(a[2], length, length), length);
        return start > length || end < start ? null : (text[Characters.UnitsBefore(text, start)..Characters.UnitsBefore(text, end)], start);
    }

    private static int Position(object? argument, int fallback, int length)
    {
        if (!Argument.IsGiven(argument) || argument is null)
        {
            return fallback;
        }

        int index = Argument.Int(argument);
        return index < 0 ? (int)Math.Max(0, (long)index + length) : index;
    }

    private static int Find(object self, object?[] a, bool fromRight)
    {
        string sub = Argument.Text(a[0], "find()");
        if (Window(self, a) is not var (part, before))
        {
            return -1;
        }

        int at = fromRight ? part.AsSpan().LastIndexOf(sub) : part.AsSpan().IndexOf(sub);
        at = fromRight && sub.Length == 0 ? part.Length : at;
        return at < 0 ? -1 : before + Characters.Length(part.AsSpan(0, at));
    }

    private static int Require(int found) => found >= 0 ? found : throw PythonException.Value("substring not found");

    private static int Count(object self, object?[] a)
    {
        string sub = Argument.Text(a[0], "count()");
        if (Window(self, a) is not var (part, _))
        {
            return 0;
        }

        return sub.Length == 0 ? Characters.Length(part) + 1 : part.AsSpan().Count(sub);
    }

    private static bool HasAffix(object self, object?[] a, bool atEnd)
    {
        object?[] candidates = a[0] is PyTuple tuple ? tuple.Items : [a[0]];
        if (Window(self, a) is not var (part, _))
        {
            return false;
        }

        foreach (object? candidate in candidates)
        {
            string affix = Argument.Text(candidate, atEnd ? "endswith first" : "startswith first");
            if (atEnd ? part.EndsWith(affix, StringComparison.Ordinal) : part.StartsWith(affix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static Method Every(string name, Predicate<int> holds, bool ofEmpty = false) => new(name, "", (state, self, _) =>
    {
        string text = StringMethods.TextOf(self);
        state.ChargeText(text.Length);
        for (int i = 0; i < text.Length; i += Characters.Width(text, i))
        {
            if (!holds(Characters.At(text, i)))
            {
                return false;
            }
        }

        return text.Length > 0 || ofEmpty;
    });

    /// <summary>Whether there are cased characters and all of them are of one case.</summary>
    internal static bool IsAllCase(string text, Predicate<int> isCase)
    {
        bool any = false;
        for (int i = 0; i < text.Length; i += Characters.Width(text, i))
        {
            int c = Characters.At(text, i);
            if (Characters.IsCased(c) && !isCase(c))
            {
                return false;
            }

            any |= Characters.IsCased(c);
        }

        return any;
    }

    private static bool IsTitle(string text)
    {
        bool any = false;
        bool isInside = false;
        for (int i = 0; i < text.Length; i += Characters.Width(text, i))
        {
            int c = Characters.At(text, i);
            if (!Characters.IsCased(c))
            {
                isInside = false;
                continue;
            }

            if (Characters.IsLower(c) != isInside)
            {
                return false;
            }

            isInside = true;
            any = true;
        }

        return any;
    }

    private static bool IsIdentifier(string text)
    {
        for (int i = 0; i < text.Length; i += Characters.Width(text, i))
        {
            if (!Characters.IsIdentifier(Characters.At(text, i), i == 0))
            {
                return false;
            }
        }

        return text.Length > 0;
    }
}
