using System.Globalization;
using System.Numerics;
using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Python;

/// <summary>Python's <c>json.dumps</c>.</summary>
internal sealed class PythonJson(RenderState state, bool ensureAscii, string? indent, string itemSeparator, string keySeparator, bool sortKeys)
{
    private readonly StringBuilder _text = new();
    private int _level;

    /// <summary>The JSON of a value.</summary>
    public string Write(object? value)
    {
        WriteValue(value);
        return _text.ToString();
    }

    private void WriteValue(object? value)
    {
        state.Charge(1);
        switch (value)
        {
            case null:
                _text.Append("null");
                break;
            case string text:
                WriteText(text);
                break;
            case Markup markup:
                WriteText(markup.Text);
                break;
            case PySequence sequence:
                WriteItems(sequence);
                break;
            case PyDict dict:
                WriteDict(dict);
                break;
            default:
                _text.Append(Scalar(value) ?? throw PythonException.Type($"Object of type {PythonTypes.NameOf(value)} is not JSON serializable"));
                break;
        }

        state.CheckOutput(_text);
    }

    private static string? Scalar(object value) => value switch
    {
        bool b => b ? "true" : "false",
        long n => n.ToString(CultureInfo.InvariantCulture),
        BigInteger big => Integers.ToText(big),
        double d when double.IsNaN(d) => "NaN",
        double d when double.IsInfinity(d) => d > 0 ? "Infinity" : "-Infinity",
        double d => PythonFloat.Repr(d),
        _ => null,
    };

    private void WriteItems(PySequence sequence)
    {
        if (sequence.Count == 0)
        {
            _text.Append("[]");
            return;
        }

        Open('[');
        for (int i = 0; i < sequence.Count; i++)
        {
            NewLine(i > 0);
            WriteValue(sequence.Items[i]);
        }

        Close(']');
    }

    private void WriteDict(PyDict dict)
    {
        if (dict.Count == 0)
        {
            _text.Append("{}");
            return;
        }

        object?[] order = [.. Enumerable.Range(0, dict.Count).Select(i => (object?)i)];
        if (sortKeys)
        {
            order = PythonOperators.Sort(state, order, dict.Keys.ToArray(), isReversed: false);
        }

        Open('{');
        for (int i = 0; i < order.Length; i++)
        {
            int at = (int)order[i]!; // the indices made above
            object? key = dict.KeyAt(at);
            NewLine(i > 0);
            string? name = PythonTypes.TryText(key, out string text) ? text : key is null ? "null" : Scalar(key);
            WriteText(name ?? throw PythonException.Type($"keys must be str, int, float, bool or None, not {PythonTypes.NameOf(key)}"));
            _text.Append(keySeparator);
            WriteValue(dict.ValueAt(at));
        }

        Close('}');
    }

    private void Open(char bracket)
    {
        state.Enter();
        _text.Append(bracket);
        _level++;
    }

    private void Close(char bracket)
    {
        _level--;
        NewLine(isNext: false);
        _text.Append(bracket);
        state.Leave();
    }

    private void NewLine(bool isNext)
    {
        _text.Append(isNext ? itemSeparator : "");
        if (indent is not null)
        {
            state.ChargeText((long)indent.Length * _level);
            _text.Append('\n');
            for (int i = 0; i < _level; i++)
            {
                _text.Append(indent);
            }
        }
    }

    private void WriteText(string text)
    {
        state.ChargeText(text.Length);
        _text.Append('"');
        int plain = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool isPlain = c is >= ' ' and not ('"' or '\\') && !(ensureAscii && c > '~');
            if (isPlain)
            {
                continue;
            }

            _text.Append(text, plain, i - plain);
            plain = i + 1;
            _ = c switch
            {
                '"' => _text.Append("\\\""),
                '\\' => _text.Append("\\\\"),
                '\n' => _text.Append("\\n"),
                '\r' => _text.Append("\\r"),
                '\t' => _text.Append("\\t"),
                '\f' => _text.Append("\\f"),
                '\b' => _text.Append("\\b"),
                _ => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
            };
        }

        _text.Append(text, plain, text.Length - plain).Append('"');
    }
}
