using System.Globalization;
using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Python;

/// <summary>The method <c>str.format</c>: replacement fields with attributes, items, conversions and nested specifications.</summary>
/// <remarks>Source: the Python library reference, "Format String Syntax"; attributes and items are looked up by the sandbox's rules.</remarks>
internal static class StringFormat
{
    private const int MaxNesting = 2;

    /// <summary>Fills a format.</summary>
    /// <param name="state">The rendering.</param>
    /// <param name="format">The text with its fields.</param>
    /// <param name="positional">Values of numbered and of empty fields.</param>
    /// <param name="named">Values of named fields.</param>
    /// <param name="escapes">Whether what is filled in is escaped for HTML.</param>
    public static string Format(RenderState state, string format, PyTuple positional, object? named, bool escapes)
    {
        int next = 0;
        return Expand(state, format, positional, named, escapes, ref next, MaxNesting);
    }

    private static string Expand(RenderState state, string format, PyTuple positional, object? named, bool escapes, ref int next, int nesting)
    {
        if (nesting < 0)
        {
            throw PythonException.Value("Max string recursion exceeded");
        }

        var text = new StringBuilder(format.Length + 16);
        for (int i = 0; i < format.Length; i++)
        {
            char c = format[i];
            if (c is not ('{' or '}'))
            {
                text.Append(c);
                continue;
            }

            if (i + 1 < format.Length && format[i + 1] == c)
            {
                text.Append(c);
                i++;
                continue;
            }

            if (c == '}')
            {
                throw PythonException.Value("Single '}' encountered in format string");
            }

            int end = FieldEnd(format, i + 1);
            text.Append(Field(state, format[(i + 1)..end], positional, named, escapes, ref next, nesting));
            state.CheckOutput(text);
            i = end;
        }

        return text.ToString();
    }

    private static int FieldEnd(string format, int start)
    {
        int depth = 1;
        bool isInBrackets = false;
        for (int i = start; i < format.Length; i++)
        {
            isInBrackets = format[i] == '[' && depth == 1 ? true : format[i] != ']' && isInBrackets;
            if (isInBrackets)
            {
                continue;
            }

            depth += format[i] == '{' ? 1 : format[i] == '}' ? -1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }

        throw PythonException.Value(start == format.Length ? "Single '{' encountered in format string" : "expected '}' before end of string");
    }

    private static string Field(RenderState state, string field, PyTuple positional, object? named, bool escapes, ref int next, int nesting)
    {
        int nameEnd = NameEnd(field);
        string path = field[..nameEnd];
        char conversion = '\0';
        int at = nameEnd;
        if (at < field.Length && field[at] == '!')
        {
            conversion = at + 1 < field.Length ? field[at + 1] : throw PythonException.Value("end of string while looking for conversion specifier");
            at += 2;
        }

        if (at < field.Length && field[at] != ':')
        {
            throw PythonException.Value("expected ':' after conversion specifier");
        }

        object? value = Lookup(state, path, positional, named, ref next);
        string spec = at < field.Length ? Expand(state, field[(at + 1)..], positional, named, escapes, ref next, nesting - 1) : "";
        value = conversion switch
        {
            '\0' => value,
            's' => PythonOperators.Str(state, value),
            'r' or 'a' => PythonRepr.Of(state, value),
            _ => throw PythonException.Value($"Unknown conversion specifier '{conversion}'"),
        };
        string text = FormatSpec.Format(state, value, spec);
        return escapes && value is not Markup ? Markup.EscapeText(text) : text;
    }

    private static int NameEnd(string field)
    {
        bool isInBrackets = false;
        for (int i = 0; i < field.Length; i++)
        {
            isInBrackets = field[i] == '[' || (field[i] != ']' && isInBrackets);
            if (!isInBrackets && field[i] is '!' or ':')
            {
                return i;
            }
        }

        return field.Length;
    }

    private static object? Lookup(RenderState state, string path, PyTuple positional, object? named, ref int next)
    {
        int end = path.AsSpan().IndexOfAny('.', '[') is var at and >= 0 ? at : path.Length;
        string first = path[..end];
        bool isNumber = int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int index);
        if (first.Length == 0)
        {
            if (next < 0)
            {
                throw PythonException.Value("cannot switch from manual field specification to automatic field numbering");
            }

            (index, isNumber) = (next++, true);
        }
        else if (isNumber)
        {
            next = next > 0 ? throw PythonException.Value("cannot switch from automatic field numbering to manual field specification") : -1;
        }

        object? value = isNumber
            ? index < positional.Count ? positional.Items[index] : throw new PythonException("IndexError", $"Replacement index {index} out of range for positional args tuple")
            : Named(state, named, first);
        while (end < path.Length)
        {
            (value, end) = path[end] == '.' ? Attribute(state, value, path, end + 1) : Item(state, value, path, end + 1);
        }

        return value;
    }

    private static object? Named(RenderState state, object? named, string name)
    {
        if (named is PyDict dict)
        {
            return dict.TryGet(name, out object? value) ? value : throw new PythonException("KeyError", PythonRepr.Of(name));
        }

        return Subscripts.Item(state, named, name) is var item and not Undefined ? item : throw PythonException.Type($"'{PythonTypes.NameOf(named)}' object has no item {PythonRepr.Of(name)}");
    }

    private static (object? Value, int End) Attribute(RenderState state, object? value, string path, int start)
    {
        int end = path.AsSpan(start).IndexOfAny('.', '[') is var at and >= 0 ? start + at : path.Length;
        return end > start ? (Subscripts.Attribute(state, value, path[start..end]), end) : throw PythonException.Value("Empty attribute in format string");
    }

    private static (object? Value, int End) Item(RenderState state, object? value, string path, int start)
    {
        int end = path.IndexOf(']', start);
        if (end <= start)
        {
            throw PythonException.Value(end < 0 ? "Missing ']' in format string" : "Empty attribute in format string");
        }

        string key = path[start..end];
        object index = long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : key;
        if (end + 1 < path.Length && path[end + 1] is not ('.' or '['))
        {
            throw PythonException.Value("Only '.' or '[' may follow ']' in format field specifier");
        }

        return (Subscripts.Item(state, value, index), end + 1);
    }
}
