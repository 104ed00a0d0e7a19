using System.Globalization;
using System.Numerics;
using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Python;

/// <summary>Python's <c>repr</c>.</summary>
internal static class PythonRepr
{
    /// <summary>The representation of a value, without a budget; for messages about small values.</summary>
    public static string Of(object? value) => value switch
    {
        string text => Text(text),
        PySequence or PyDict or DictView => PythonTypes.NameOf(value),
        _ => Scalar(value),
    };

    /// <summary>The representation of any value.</summary>
    public static string Of(RenderState state, object? value)
    {
        if (value is not (PySequence or PyDict or DictView or Namespace))
        {
            return Scalar(value);
        }

        var text = new StringBuilder();
        Append(state, text, value);
        state.ChargeText(text.Length);
        return text.ToString();
    }

    private static void Append(RenderState state, StringBuilder text, object? value)
    {
        state.Charge(1);
        switch (value)
        {
            case PyList list:
                AppendItems(state, text, "[", list.Items, "]");
                break;
            case PyTuple tuple:
                AppendItems(state, text, "(", tuple.Items, tuple.Count == 1 ? ",)" : ")");
                break;
            case PyDict dict:
                AppendDict(state, text, dict);
                break;
            case DictView view:
                var items = new object?[view.Dict.Count];
                for (int i = 0; i < items.Length; i++)
                {
                    items[i] = view.At(i);
                }

                AppendItems(state, text, PythonTypes.NameOf(view) + "([", items, "])");
                break;
            case Namespace bag:
                text.Append("<Namespace ");
                AppendDict(state, text, bag.Attributes);
                text.Append('>');
                break;
            default:
                string scalar = Scalar(value);
                state.ChargeText(scalar.Length);
                text.Append(scalar);
                break;
        }
    }

    private static void AppendItems(RenderState state, StringBuilder text, string open, object?[] items, string close)
    {
        state.Enter();
        text.Append(open);
        for (int i = 0; i < items.Length; i++)
        {
            text.Append(i > 0 ? ", " : "");
            Append(state, text, items[i]);
        }

        text.Append(close);
        state.Leave();
        state.CheckOutput(text);
    }

    private static void AppendDict(RenderState state, StringBuilder text, PyDict dict)
    {
        state.Enter();
        text.Append('{');
        for (int i = 0; i < dict.Count; i++)
        {
            text.Append(i > 0 ? ", " : "");
            Append(state, text, dict.KeyAt(i));
            text.Append(": ");
            Append(state, text, dict.ValueAt(i));
        }

        text.Append('}');
        state.Leave();
        state.CheckOutput(text);
    }

    private static string Scalar(object? value) => value switch
    {
        null => "None",
        bool b => b ? "True" : "False",
        long n => n.ToString(CultureInfo.InvariantCulture),
        BigInteger big => Integers.ToText(big),
        double d => PythonFloat.Repr(d),
        string text => Text(text),
        Markup markup => $"Markup({Text(markup.Text)})",
        PyBytes bytes => Bytes(bytes.Data),
        PyRange range => range.Step.IsOne ? $"range({range.Start}, {range.Stop})" : $"range({range.Start}, {range.Stop}, {range.Step})",
        Undefined => "Undefined",
        LoopContext loop => $"<LoopContext {loop.Index}/{loop.Length}>",
        Macro macro => macro.Name.Length == 0 ? "<Macro anonymous>" : $"<Macro {Text(macro.Name)}>",
        PyCallable callable => $"<{callable.TypeName} {callable.Name}>",
        Namespace => "<Namespace>",
        _ => $"<{PythonTypes.NameOf(value)} object>",
    };

    private static string Text(string text)
    {
        char quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        var quoted = new StringBuilder(text.Length + 2).Append(quote);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is >= ' ' and < '\x7f' && c != quote && c != '\\')
            {
                quoted.Append(c);
                continue;
            }

            int width = Characters.Width(text, i);
            AppendSpecial(quoted, Characters.At(text, i), quote);
            i += width - 1;
        }

        return quoted.Append(quote).ToString();
    }

    private static void AppendSpecial(StringBuilder quoted, int c, char quote)
    {
        switch (c)
        {
            case '\n':
                quoted.Append("\\n");
                break;
            case '\r':
                quoted.Append("\\r");
                break;
            case '\t':
                quoted.Append("\\t");
                break;
            case '\\':
                quoted.Append("\\\\");
                break;
            default:
                if (c == quote)
                {
                    quoted.Append('\\').Append(quote);
                }
                else if (Characters.IsPrintable(c))
                {
                    Characters.Append(quoted, c);
                }
                else
                {
                    quoted.Append(c < 0x100 ? $"\\x{c:x2}" : c < 0x10000 ? $"\\u{c:x4}" : $"\\U{c:x8}");
                }

                break;
        }
    }

    private static string Bytes(ReadOnlySpan<byte> data)
    {
        char quote = data.Contains((byte)'\'') && !data.Contains((byte)'"') ? '"' : '\'';
        var text = new StringBuilder("b").Append(quote);
        foreach (byte b in data)
        {
            if (b is (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)'\\' || b == quote)
            {
                AppendSpecial(text, b, quote);
            }
            else
            {
                _ = b is >= 0x20 and < 0x7f ? text.Append((char)b) : text.Append($"\\x{b:x2}");
            }
        }

        return text.Append(quote).ToString();
    }
}
