using System.Buffers;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Library;

/// <summary>Filters that have to do with HTML.</summary>
internal static partial class HtmlFilters
{
    /// <summary>Characters that end the name of an attribute.</summary>
    private static readonly SearchValues<char> s_nameEnds = SearchValues.Create(" \t\n\r\f\v/>=");

    public static BuiltinFunction[] All { get; } =
    [
        new("escape", "s", (state, a) => Markup.Escape(state, a[0])),
        new("forceescape", "value", (state, a) => Markup.Escape(state, PythonOperators.Str(state, a[0]))),
        new("safe", "value", (state, a) => new Markup(PythonOperators.Str(state, a[0]))),
        new("striptags", "value", (state, a) => StripTags(PythonOperators.Str(state, a[0]))),
        new("xmlattr", "d autospace?", XmlAttributes),
        new("urlize", "value trim_url_limit? nofollow? target? rel? extra_schemes?", Urlize),
    ];

    /// <summary>Removes comments and tags, collapses white space and resolves entities.</summary>
    private static string StripTags(string text)
    {
        text = Without(text, "<!--", "-->");
        text = Without(text, "<", ">");
        return WebUtility.HtmlDecode(string.Join(' ', StringSearch.SplitBlanks(text, int.MaxValue, fromRight: false)));
    }

    private static string Without(string text, string open, string close)
    {
        var kept = new StringBuilder(text.Length);
        int at = 0;
        while (true)
        {
            int start = text.IndexOf(open, at, StringComparison.Ordinal);
            int end = start < 0 ? -1 : text.IndexOf(close, start, StringComparison.Ordinal);
            if (end < 0)
            {
                return kept.Append(text, at, text.Length - at).ToString();
            }

            kept.Append(text, at, start - at);
            at = end + close.Length;
        }
    }

    private static object? XmlAttributes(RenderState state, object?[] a)
    {
        (a[0] as Undefined)?.Fail();
        PyDict dict = a[0] as PyDict ?? throw PythonException.Attribute($"'{PythonTypes.NameOf(a[0])}' object has no attribute 'items'");
        var text = new StringBuilder();
        for (int i = 0; i < dict.Count; i++)
        {
            if (dict.ValueAt(i) is null or Undefined)
            {
                continue;
            }

            string key = Argument.Text(dict.KeyAt(i), "xmlattr()");
            if (key.AsSpan().ContainsAny(s_nameEnds))
            {
                throw PythonException.Value($"Invalid character in attribute name: {PythonRepr.Of(key)}");
            }

            text.Append(text.Length > 0 ? " " : "").Append(Markup.EscapeText(key)).Append("=\"").Append(Markup.Escape(state, dict.ValueAt(i)).Text).Append('"');
            state.CheckOutput(text);
        }

        string attributes = text.Length > 0 && Argument.IsTrue(a[1], fallback: true) ? " " + text : text.ToString();
        return state.Autoescape ? new Markup(attributes) : attributes;
    }

    private static object? Urlize(RenderState state, object?[] a)
    {
        string escaped = Markup.Escape(state, a[0]).Text;
        var relations = new SortedSet<string>(StringComparer.Ordinal) { "noopener" };
        relations.UnionWith(Argument.Or(a[4], null) is { } rel ? Argument.Text(rel, "urlize()").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : []);
        if (Argument.IsTrue(a[2]))
        {
            relations.Add("nofollow");
        }

        string attributes = $" rel=\"{Markup.EscapeText(string.Join(' ', relations))}\"";
        if (Argument.Or(a[3], null) is { } target)
        {
            attributes += $" target=\"{Markup.Escape(state, target).Text}\"";
        }

        string[] schemes = Argument.Or(a[5], null) is { } extra ? [.. PythonOperators.Items(state, extra).Select(scheme => Argument.Text(scheme, "urlize()"))] : [];
        foreach (string scheme in schemes)
        {
            if (!Scheme().IsMatch(scheme))
            {
                throw PythonException.FilterArgument($"{PythonRepr.Of(scheme)} is not a valid URI scheme prefix.");
            }
        }

        int limit = Argument.Or(a[1], null) is null ? int.MaxValue : Argument.Int(a[1]);
        var linked = new StringBuilder();
        foreach (string word in Blanks().Split(escaped))
        {
            linked.Append(Link(word, attributes, limit, schemes));
            state.CheckOutput(linked);
        }

        state.ChargeText(linked.Length);
        return state.Autoescape ? new Markup(linked.ToString()) : linked.ToString();
    }

    private static string Link(string word, string attributes, int limit, string[] schemes)
    {
        string head = Head().Match(word).Value;
        string middle = word[head.Length..];
        string tail = Tail().Match(middle).Value;
        middle = middle[..^tail.Length];
        foreach ((string open, string close) in (ReadOnlySpan<(string, string)>)[("(", ")"), ("<", ">"), ("&lt;", "&gt;")])
        {
            int opened = middle.AsSpan().Count(open);
            for (int left = opened <= middle.AsSpan().Count(close) ? 0 : Math.Min(opened, tail.AsSpan().Count(close)); left > 0; left--)
            {
                int end = tail.IndexOf(close, StringComparison.Ordinal) + close.Length;
                middle += tail[..end];
                tail = tail[end..];
            }
        }

        string shown = Characters.Length(middle) > limit ? middle[..Characters.UnitsBefore(middle, limit)] + "..." : middle;
        if (Url().IsMatch(middle))
        {
            string scheme = middle.StartsWith("https://", StringComparison.Ordinal) || middle.StartsWith("http://", StringComparison.Ordinal) ? "" : "https://";
            middle = $"<a href=\"{scheme}{middle}\"{attributes}>{shown}</a>";
        }
        else if (middle.StartsWith("mailto:", StringComparison.Ordinal) && Email().IsMatch(middle["mailto:".Length..]))
        {
            middle = $"<a href=\"{middle}\">{middle["mailto:".Length..]}</a>";
        }
        else if (middle.Contains('@') && !middle.StartsWith("www.", StringComparison.Ordinal) && !middle.StartsWith('@') && !middle.Contains(':') && Email().IsMatch(middle))
        {
            middle = $"<a href=\"mailto:{middle}\">{middle}</a>";
        }
        else
        {
            foreach (string scheme in schemes)
            {
                middle = middle != scheme && middle.StartsWith(scheme, StringComparison.Ordinal) ? $"<a href=\"{middle}\"{attributes}>{middle}</a>" : middle;
            }
        }

        return head + middle + tail;
    }

    [GeneratedRegex(@"(\s+)", RegexOptions.None, 1000)]
    private static partial Regex Blanks();

    [GeneratedRegex(@"\A([(<]|&lt;)+", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Head();

    [GeneratedRegex(@"([)>.,\n]|&gt;)+\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Tail();

    [GeneratedRegex(@"\A([\w.+-]{2,}:(/){0,2})\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"\A\S+@\w[\w.-]*\.\w+\n?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Email();

    [GeneratedRegex(@"\A((https?://|www\.)(([\w%-]+\.)+)?([a-z]{2,63}|xn--[\w%]{2,59})|([\w%-]{2,63}\.)+(com|net|int|edu|gov|org|info|mil)|(https?://)(([\d]{1,3})(\.[\d]{1,3}){3}|\[([\da-f]{0,4}:){2}([\da-f]{0,4}:?){1,6}\]))(:[\d]{1,5})?([/?#]\S*)?\n?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex Url();
}
