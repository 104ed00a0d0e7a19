using System.Text;
using System.Text.RegularExpressions;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Library;

/// <summary>Filters that make text of text.</summary>
internal static partial class TextFilters
{
    private const int DefaultCenterWidth = 80;
    private const int DefaultIndent = 4;
    private const int DefaultTruncation = 255;
    private const int DefaultLeeway = 5;

    public static BuiltinFunction[] All { get; } =
    [
        Map("capitalize", CaseMapping.Capitalize),
        Map("lower", CaseMapping.Lower),
        Map("upper", CaseMapping.Upper),
        Map("title", Title),
        new("trim", "value chars?", (state, a) => OfSoft(state, a[0], text => StringMethods.Strip(text, a[1], atStart: true, atEnd: true))),
        new("center", "value width?", (state, a) => OfSoft(state, a[0], text => StringMethods.Center(state, text, Argument.Int(a[1], DefaultCenterWidth), " "))),
        new("replace", "s old new count?", Replace),
        new("string", "s", (state, a) => a[0] is string or Markup ? a[0] : PythonOperators.Str(state, a[0])),
        new("format", "value *args **kwargs", Format),
        new("indent", "s width? first? blank?", Indent),
        new("truncate", "s length? killwords? end? leeway?", Truncate),
        new("wordwrap", "s width? break_long_words? wrapstring? break_on_hyphens?", WordWrapping.Apply),
        new("wordcount", "s", (state, a) => Integers.Box((long)CountWords(state, PythonOperators.Str(state, a[0])))),
        new("urlencode", "value", (state, a) => UrlEncode(state, a[0])),
    ];

    private static BuiltinFunction Map(string name, Func<string, string> map) => new(name, "s", (state, a) => OfSoft(state, a[0], map));

    /// <summary>Maps the text of a value; markup stays markup.</summary>
    private static object OfSoft(RenderState state, object? value, Func<string, string> map)
    {
        string text = PythonOperators.Str(state, value);
        state.ChargeText(text.Length);
        string mapped = map(text);
        return value is Markup ? new Markup(mapped) : mapped;
    }

    /// <summary>Capitalizes after blanks, hyphens and opening brackets only; unlike <c>str.title</c>, not after every other character.</summary>
    private static string Title(string text)
    {
        var titled = new StringBuilder(text.Length);
        int at = 0;
        foreach (ValueMatch match in WordBreak().EnumerateMatches(text))
        {
            AppendWord(titled, text[at..match.Index]);
            titled.Append(text, match.Index, match.Length);
            at = match.Index + match.Length;
        }

        AppendWord(titled, text[at..]);
        return titled.ToString();
    }

    private static void AppendWord(StringBuilder titled, string word)
    {
        if (word.Length > 0)
        {
            int first = Characters.Width(word, 0);
            titled.Append(CaseMapping.Upper(word[..first])).Append(CaseMapping.Lower(word[first..]));
        }
    }

    private static object? Replace(RenderState state, object?[] a)
    {
        int count = Argument.Or(a[3], null) is null ? -1 : Argument.Int(a[3]);
        if (!state.Autoescape)
        {
            return StringMethods.Replace(state, PythonOperators.Str(state, a[0]), PythonOperators.Str(state, a[1]), PythonOperators.Str(state, a[2]), count);
        }

        bool escapes = a[1] is Markup || (a[2] is Markup && a[0] is not Markup);
        object? text = escapes ? Markup.Escape(state, a[0]) : a[0];
        string replacement = text is Markup ? Markup.Escape(state, a[2]).Text : PythonOperators.Str(state, a[2]);
        string replaced = StringMethods.Replace(state, PythonOperators.Str(state, text), PythonOperators.Str(state, a[1]), replacement, count);
        return text is Markup ? new Markup(replaced) : replaced;
    }

    private static object? Format(RenderState state, object?[] a)
    {
        var args = (PyTuple)a[1]!;
        var kwargs = (PyDict)a[2]!;
        if (args.Count > 0 && kwargs.Count > 0)
        {
            throw PythonException.FilterArgument("can't handle positional and keyword arguments at the same time");
        }

        string formatted = PercentFormat.Format(state, PythonOperators.Str(state, a[0]), kwargs.Count > 0 ? kwargs : args, a[0] is Markup);
        return a[0] is Markup ? new Markup(formatted) : formatted;
    }

    private static object? Indent(RenderState state, object?[] a)
    {
        string text = Argument.Text(a[0], "indent()");
        string indent = PythonTypes.TryText(a[1], out string given) ? given : Blanks(state, Argument.Int(a[1], DefaultIndent));
        bool withBlank = Argument.IsTrue(a[3]);
        List<string> lines = StringMethods.SplitLines(state, text + "\n", keepEnds: false);
        state.ChargeText(text.Length + ((long)lines.Count * indent.Length));
        var indented = new StringBuilder();
        for (int i = 0; i < lines.Count; i++)
        {
            bool isIndented = i == 0 ? Argument.IsTrue(a[2]) : withBlank || lines[i].Length > 0;
            indented.Append(i > 0 ? "\n" : "").Append(isIndented ? indent : "").Append(lines[i]);
        }

        return a[0] is Markup ? new Markup(indented.ToString()) : indented.ToString();
    }

    private static string Blanks(RenderState state, int count)
    {
        state.ChargeText(Math.Max(0, count));
        return new string(' ', Math.Max(0, count));
    }

    private static object? Truncate(RenderState state, object?[] a)
    {
        int length = Argument.Int(a[1], DefaultTruncation);
        string end = Argument.IsGiven(a[3]) ? Argument.Text(a[3], "truncate()") : "...";
        int leeway = Argument.Or(a[4], null) is null ? DefaultLeeway : Argument.Int(a[4]);
        int endLength = Characters.Length(end);
        if (length < endLength || leeway < 0)
        {
            throw new PythonException("AssertionError", length < endLength ? $"expected length >= {endLength}, got {length}" : $"expected leeway >= 0, got {leeway}");
        }

        if (PythonOperators.Length(a[0]) <= length + (long)leeway)
        {
            return a[0];
        }

        string text = Argument.Text(a[0], "truncate()");
        string kept = text[..Characters.UnitsBefore(text, length - endLength)];
        if (!Argument.IsTrue(a[2]))
        {
            int blank = kept.LastIndexOf(' ');
            kept = blank < 0 ? kept : kept[..blank];
        }

        return a[0] is Markup ? new Markup(kept + Markup.Escape(state, Argument.Or(a[3], end)).Text) : kept + end;
    }

    private static int CountWords(RenderState state, string text)
    {
        state.ChargeText(text.Length);
        int words = 0;
        bool isInside = false;
        for (int i = 0; i < text.Length; i += Characters.Width(text, i))
        {
            bool isWord = Characters.IsWord(Characters.At(text, i));
            words += isWord && !isInside ? 1 : 0;
            isInside = isWord;
        }

        return words;
    }

    private static string UrlEncode(RenderState state, object? value)
    {
        if (value is string or Markup || !PythonTypes.IsIterable(value))
        {
            return Quote(state, value, isQuery: false);
        }

        var encoded = new StringBuilder();
        foreach (object? pair in PythonOperators.Items(state, value is PyDict dict ? new DictView(dict, DictPart.Items) : value))
        {
            object?[] parts = PythonOperators.Items(state, pair);
            if (parts.Length != 2)
            {
                throw PythonException.Value("too many values to unpack (expected 2)");
            }

            encoded.Append(encoded.Length > 0 ? "&" : "").Append(Quote(state, parts[0], isQuery: true)).Append('=').Append(Quote(state, parts[1], isQuery: true));
        }

        return encoded.ToString();
    }

    private static string Quote(RenderState state, object? value, bool isQuery)
    {
        byte[] bytes = value is PyBytes data ? data.Data.ToArray() : Encoding.UTF8.GetBytes(PythonOperators.Str(state, value));
        state.ChargeText(bytes.Length * 3L);
        var quoted = new StringBuilder(bytes.Length);
        foreach (byte b in bytes)
        {
            bool isSafe = char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'.' or (byte)'-' or (byte)'~' || (b == '/' && !isQuery);
            _ = isSafe ? quoted.Append((char)b) : b == ' ' && isQuery ? quoted.Append('+') : quoted.Append('%').Append(b.ToString("X2"));
        }

        return quoted.ToString();
    }

    [GeneratedRegex(@"[-\s({\[<]+", RegexOptions.NonBacktracking)]
    private static partial Regex WordBreak();
}
