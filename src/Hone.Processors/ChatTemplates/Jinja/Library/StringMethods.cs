using System.Collections.Frozen;
using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Library;

/// <summary>The methods of <c>str</c>.</summary>
internal static class StringMethods
{
    /// <summary>All methods by name.</summary>
    public static FrozenDictionary<string, Method> All { get; } = Attributes.Table([
        Plain("capitalize", CaseMapping.Capitalize),
        Plain("casefold", CaseMapping.Fold),
        Plain("lower", CaseMapping.Lower),
        Plain("swapcase", CaseMapping.Swap),
        Plain("title", CaseMapping.Title),
        Plain("upper", CaseMapping.Upper),
        Text("strip", "/chars?", (_, s, a) => Strip(s, a[0], atStart: true, atEnd: true)),
        Text("lstrip", "/chars?", (_, s, a) => Strip(s, a[0], atStart: true, atEnd: false)),
        Text("rstrip", "/chars?", (_, s, a) => Strip(s, a[0], atStart: false, atEnd: true)),
        Text("center", "/width /fillchar?", (state, s, a) => Center(state, s, Argument.Int(a[0]), Fill(a[1]))),
        Text("ljust", "/width /fillchar?", (state, s, a) => Pad(state, s, 0, Argument.Int(a[0]), Fill(a[1]))),
        Text("rjust", "/width /fillchar?", (state, s, a) => Pad(state, s, Argument.Int(a[0]), 0, Fill(a[1]))),
        Text("zfill", "/width", (state, s, a) => ZeroFill(state, s, Argument.Int(a[0]))),
        Text("expandtabs", "tabsize?", (state, s, a) => ExpandTabs(state, s, Argument.Int(a[0], 8))),
        Text("removeprefix", "/prefix", (_, s, a) => s.StartsWith(Argument.Text(a[0], "removeprefix()"), StringComparison.Ordinal) ? s[Argument.Text(a[0], "").Length..] : s),
        Text("removesuffix", "/suffix", (_, s, a) => Argument.Text(a[0], "removesuffix()") is { Length: > 0 } end && s.EndsWith(end, StringComparison.Ordinal) ? s[..^end.Length] : s),
        new Method("replace", "/old /new count?", Replace),
        new Method("join", "/iterable", Join),
        new Method("split", "sep? maxsplit?", (state, self, a) => Split(state, self, a, fromRight: false)),
        new Method("rsplit", "sep? maxsplit?", (state, self, a) => Split(state, self, a, fromRight: true)),
        new Method("splitlines", "keepends?", (state, self, a) => Wrap(self, SplitLines(state, TextOf(self), Argument.IsTrue(a[0])))),
        new Method("partition", "/sep", (_, self, a) => Partition(self, Argument.Text(a[0], "partition()"), fromRight: false)),
        new Method("rpartition", "/sep", (_, self, a) => Partition(self, Argument.Text(a[0], "rpartition()"), fromRight: true)),
        new Method("format", "*args **kwargs", (state, self, a) => Same(self, StringFormat.Format(state, TextOf(self), (PyTuple)a[0]!, (PyDict)a[1]!, self is Markup))),
        new Method("format_map", "/mapping", (state, self, a) => Same(self, StringFormat.Format(state, TextOf(self), PyTuple.Empty, a[0], self is Markup))),
        new Method("encode", "encoding? errors?", (_, self, a) => new PyBytes(Encode(TextOf(self), a))),
        new Method("translate", "/table", (state, self, a) => Same(self, StringSearch.Translate(state, TextOf(self), a[0]))),
        new Method("maketrans", "/x /y? /z?", (_, _, a) => StringSearch.MakeTranslation(a)),
        .. StringSearch.Methods,
    ]);

    /// <summary>The text of a string or of markup.</summary>
    public static string TextOf(object self) => self as string ?? ((Markup)self).Text;

    /// <summary>Strips characters of a set, or white space, from the ends.</summary>
    public static string Strip(string text, object? characters, bool atStart, bool atEnd)
    {
        Predicate<int> isStripped = Characters.IsSpace;
        if (Argument.IsGiven(characters) && characters is not null)
        {
            string set = Argument.Text(characters, "strip");
            isStripped = c => set.Contains(Characters.ToText(c), StringComparison.Ordinal);
        }

        int start = 0;
        int end = text.Length;
        while (atStart && start < end && isStripped(Characters.At(text, start)))
        {
            start += Characters.Width(text, start);
        }

        while (atEnd && end > start)
        {
            int width = end - start > 1 && char.IsLowSurrogate(text[end - 1]) && char.IsHighSurrogate(text[end - 2]) ? 2 : 1;
            if (!isStripped(Characters.At(text, end - width)))
            {
                break;
            }

            end -= width;
        }

        return text[start..end];
    }

    /// <summary>Puts the text in the middle; an odd blank goes left if the width is odd.</summary>
    public static string Center(RenderState state, string text, int width, string fill)
    {
        int length = Characters.Length(text);
        if (width <= length)
        {
            return text;
        }

        int margin = width - length;
        int left = (margin / 2) + (margin & width & 1);
        return Surround(state, text, left, margin - left, fill);
    }

    /// <summary>Splits at every kind of line end.</summary>
    public static List<string> SplitLines(RenderState state, string text, bool keepEnds)
    {
        state.ChargeText(text.Length);
        var lines = new List<string>();
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (!Characters.IsLineEnd(text[i]))
            {
                continue;
            }

            int end = i;
            i += text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? 1 : 0;
            state.Charge(1);
            lines.Add(text[start..(keepEnds ? i + 1 : end)]);
            start = i + 1;
        }

        if (start < text.Length)
        {
            lines.Add(text[start..]);
        }

        return lines;
    }

    /// <summary>Replaces at most <paramref name="count"/> occurrences; all if it is negative.</summary>
    public static string Replace(RenderState state, string text, string old, string replacement, int count)
    {
        if (count == 0 || (old.Length == 0 && replacement.Length == 0))
        {
            return text;
        }

        if (old.Length == 0)
        {
            return Interleave(state, text, replacement, count);
        }

        int found = 0;
        for (int i = text.IndexOf(old, StringComparison.Ordinal); i >= 0 && (count < 0 || found < count); i = text.IndexOf(old, i + old.Length, StringComparison.Ordinal))
        {
            found++;
        }

        state.ChargeText(text.Length + ((long)found * (replacement.Length - old.Length)));
        if (count < 0 || found == 0)
        {
            return found == 0 ? text : text.Replace(old, replacement, StringComparison.Ordinal);
        }

        var replaced = new StringBuilder();
        int at = 0;
        for (; found > 0; found--)
        {
            int next = text.IndexOf(old, at, StringComparison.Ordinal);
            replaced.Append(text, at, next - at).Append(replacement);
            at = next + old.Length;
        }

        return replaced.Append(text, at, text.Length - at).ToString();
    }

    private static Method Plain(string name, Func<string, string> map) => Text(name, "", (_, s, _) => map(s));

    private static Method Text(string name, string signature, Func<RenderState, string, object?[], string> map) => new(name, signature, (state, self, arguments) =>
    {
        string text = TextOf(self);
        state.ChargeText(text.Length);
        return Same(self, map(state, text, arguments));
    });

    private static object Same(object self, string text) => self is Markup ? new Markup(text) : text;

    private static PyList Wrap(object self, List<string> parts) => new([.. parts.Select(part => (object?)Same(self, part))]);

    private static string Fill(object? argument)
    {
        string fill = Argument.IsGiven(argument) ? Argument.Text(argument, "fill") : " ";
        return Characters.Length(fill) == 1 ? fill : throw PythonException.Type("The fill character must be exactly one character long");
    }

    /// <summary>Fills up to the width on the left or on the right.</summary>
    private static string Pad(RenderState state, string text, int leftWidth, int rightWidth, string fill)
    {
        int length = Characters.Length(text);
        return Surround(state, text, Math.Max(0, leftWidth - length), Math.Max(0, rightWidth - length), fill);
    }

    private static string Surround(RenderState state, string text, int left, int right, string fill)
    {
        state.ChargeText(text.Length + (((long)left + right) * fill.Length));
        return fill.Length == 1
            ? string.Concat(new string(fill[0], left), text, new string(fill[0], right))
            : string.Concat(string.Concat(Enumerable.Repeat(fill, left)), text, string.Concat(Enumerable.Repeat(fill, right)));
    }

    private static string ZeroFill(RenderState state, string text, int width)
    {
        int missing = Math.Max(0, width - Characters.Length(text));
        state.ChargeText(text.Length + (long)missing);
        bool isSigned = text.Length > 0 && text[0] is '+' or '-';
        return isSigned ? text[0] + new string('0', missing) + text[1..] : new string('0', missing) + text;
    }

    private static string ExpandTabs(RenderState state, string text, int size)
    {
        var expanded = new StringBuilder(text.Length);
        int column = 0;
        foreach (char c in text)
        {
            if (c == '\t')
            {
                int blanks = size > 0 ? size - (column % size) : 0;
                state.ChargeText(blanks);
                expanded.Append(' ', blanks);
                column += blanks;
            }
            else
            {
                expanded.Append(c);
                column = c is '\n' or '\r' ? 0 : column + (char.IsLowSurrogate(c) ? 0 : 1);
            }

            state.CheckOutput(expanded);
        }

        return expanded.ToString();
    }

    private static string Interleave(RenderState state, string text, string part, int count)
    {
        int gaps = Characters.Length(text) + 1;
        int left = count < 0 ? gaps : Math.Min(count, gaps);
        state.ChargeText(text.Length + ((long)left * part.Length));
        var result = new StringBuilder();
        for (int i = 0; i < text.Length; i += Characters.Width(text, i))
        {
            result.Append(left-- > 0 ? part : "").Append(text, i, Characters.Width(text, i));
        }

        return result.Append(left > 0 ? part : "").ToString();
    }

    private static object? Replace(RenderState state, object self, object?[] a)
    {
        string old = Argument.Text(a[0], "replace()");
        string replacement = self is Markup ? Markup.Escape(state, a[1]).Text : Argument.Text(a[1], "replace()");
        return Same(self, Replace(state, TextOf(self), old, replacement, Argument.Int(a[2], -1)));
    }

    private static object? Join(RenderState state, object self, object?[] a)
    {
        string separator = TextOf(self);
        object?[] items = PythonOperators.Items(state, a[0]);
        var joined = new StringBuilder();
        for (int i = 0; i < items.Length; i++)
        {
            string part = self is Markup
                ? Markup.Escape(state, items[i]).Text
                : PythonTypes.TryText(items[i], out string text) ? text : throw PythonException.Type($"sequence item {i}: expected str instance, {PythonTypes.NameOf(items[i])} found");
            state.ChargeText(separator.Length + part.Length);
            joined.Append(i > 0 ? separator : "").Append(part);
            state.CheckOutput(joined);
        }

        return Same(self, joined.ToString());
    }

    private static PyList Split(RenderState state, object self, object?[] a, bool fromRight)
    {
        string text = TextOf(self);
        int limit = Argument.Int(a[1], -1);
        limit = limit < 0 ? int.MaxValue : limit;
        state.ChargeText(text.Length);
        List<string> parts = Argument.Or(a[0], null) is { } separator
            ? StringSearch.SplitAt(text, Argument.Text(separator, "split"), limit, fromRight)
            : StringSearch.SplitBlanks(text, limit, fromRight);
        state.ChargeItems(parts.Count);
        return Wrap(self, parts);
    }

    private static PyTuple Partition(object self, string separator, bool fromRight)
    {
        string text = TextOf(self);
        if (separator.Length == 0)
        {
            throw PythonException.Value("empty separator");
        }

        int at = fromRight ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        string[] parts = at >= 0 ? [text[..at], separator, text[(at + separator.Length)..]] : fromRight ? ["", "", text] : [text, "", ""];
        return new PyTuple([.. parts.Select(part => (object?)Same(self, part))]);
    }

    private static byte[] Encode(string text, object?[] a)
    {
        string name = Argument.IsGiven(a[0]) ? Argument.Text(a[0], "encode()") : "utf-8";
        Encoding encoding = name.ToLowerInvariant().Replace('_', '-') switch
        {
            "utf-8" or "utf8" => new UTF8Encoding(false, true),
            "ascii" or "us-ascii" => Encoding.GetEncoding("us-ascii", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback),
            "latin-1" or "latin1" or "iso-8859-1" => Encoding.GetEncoding("iso-8859-1", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback),
            "utf-16-le" => new UnicodeEncoding(false, false, true),
            "utf-16-be" => new UnicodeEncoding(true, false, true),
            _ => throw new PythonException("LookupError", $"unknown encoding: {name}"),
        };

        string errors = Argument.IsGiven(a[1]) ? Argument.Text(a[1], "encode()") : "strict";
        if (errors is "ignore" or "replace")
        {
            encoding = Encoding.GetEncoding(encoding.WebName, new EncoderReplacementFallback(errors == "ignore" ? "" : "?"), DecoderFallback.ExceptionFallback);
        }

        try
        {
            return encoding.GetBytes(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new PythonException("UnicodeEncodeError", $"'{name}' codec can't encode character at position {e.Index}");
        }
    }
}
