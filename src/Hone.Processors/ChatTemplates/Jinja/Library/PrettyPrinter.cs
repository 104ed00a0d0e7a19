using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Library;

/// <summary>The filter <c>pprint</c>: Python's <c>pprint.pformat</c>, 80 characters wide, dictionaries sorted by key.</summary>
internal sealed class PrettyPrinter(RenderState state)
{
    private const int Width = 80;

    private readonly StringBuilder _text = new();

    public string Print(object? value)
    {
        Format(value, 0, 0);
        return _text.ToString();
    }

    private void Format(object? value, int indent, int allowance)
    {
        string repr = Repr(value);
        if (repr.Length <= Width - indent - allowance || value is not (PySequence or PyDict or string) || PythonOperators.Length(value) == 0)
        {
            _text.Append(repr);
            return;
        }

        state.Enter();
        switch (value)
        {
            case PyDict dict:
                FormatDict(dict, indent, allowance);
                break;
            case PySequence sequence:
                (string open, string close) = sequence is PyList ? ("[", "]") : ("(", sequence.Count == 1 ? ",)" : ")");
                _text.Append(open);
                FormatItems(sequence.Items, indent + 1, allowance + close.Length);
                _text.Append(close);
                break;
            case string text:
                FormatText(text, indent, allowance);
                break;
        }

        state.Leave();
        state.CheckOutput(_text);
    }

    private string Repr(object? value)
    {
        if (value is not PyDict and not PySequence)
        {
            return PythonRepr.Of(state, value);
        }

        return PythonRepr.Of(state, Sorted(value));
    }

    private object? Sorted(object? value)
    {
        state.Enter();
        object? sorted = value switch
        {
            PyDict dict => SortedDict(dict),
            PyList list => new PyList([.. list.Items.Select(Sorted)]),
            PyTuple tuple => new PyTuple([.. tuple.Items.Select(Sorted)]),
            _ => value,
        };
        state.Leave();
        return sorted;
    }

    private PyDict SortedDict(PyDict dict)
    {
        var sorted = new PyDict(dict.Count);
        foreach (int i in Order(dict))
        {
            sorted.Set(dict.KeyAt(i), Sorted(dict.ValueAt(i)));
        }

        return sorted;
    }

    private IEnumerable<int> Order(PyDict dict)
    {
        object?[] indices = [.. Enumerable.Range(0, dict.Count).Select(i => (object?)i)];
        try
        {
            return PythonOperators.Sort(state, indices, dict.Keys.ToArray(), isReversed: false).Select(i => (int)i!);
        }
        catch (PythonException e) when (e.ClassName == "TypeError")
        {
            // Keys of different types are ordered by the names of the types.
            object?[] names = [.. dict.Keys.ToArray().Select(key => (object?)PythonTypes.NameOf(key))];
            return PythonOperators.Sort(state, indices, names, isReversed: false).Select(i => (int)i!);
        }
    }

    private void FormatDict(PyDict dict, int indent, int allowance)
    {
        _text.Append('{');
        int[] order = [.. Order(dict)];
        for (int i = 0; i < order.Length; i++)
        {
            if (i > 0)
            {
                _text.Append(",\n").Append(' ', indent + 1);
            }

            string key = Repr(dict.KeyAt(order[i]));
            _text.Append(key).Append(": ");
            Format(dict.ValueAt(order[i]), indent + 1 + key.Length + 2, i == order.Length - 1 ? allowance + 1 : 1);
        }

        _text.Append('}');
    }

    private void FormatItems(object?[] items, int indent, int allowance)
    {
        for (int i = 0; i < items.Length; i++)
        {
            if (i > 0)
            {
                _text.Append(",\n").Append(' ', indent);
            }

            Format(items[i], indent, i == items.Length - 1 ? allowance : 1);
        }
    }

    /// <summary>A long text becomes several literals, broken at line ends and before words.</summary>
    private void FormatText(string text, int indent, int allowance)
    {
        bool isTop = _text.Length == 0;
        indent += isTop ? 1 : 0;
        allowance += isTop ? 1 : 0;
        var chunks = new List<string>();
        List<string> lines = StringMethods.SplitLines(state, text, keepEnds: true);
        for (int i = 0; i < lines.Count; i++)
        {
            bool isLastLine = i == lines.Count - 1;
            int width = Width - indent - (isLastLine ? allowance : 0);
            string repr = PythonRepr.Of(state, lines[i]);
            if (repr.Length <= width)
            {
                chunks.Add(repr);
                continue;
            }

            AddWords(chunks, lines[i], isLastLine, indent, allowance);
        }

        if (chunks.Count == 1)
        {
            _text.Append(chunks[0]);
            return;
        }

        _text.Append(isTop ? "(" : "").AppendJoin("\n" + new string(' ', indent), chunks).Append(isTop ? ")" : "");
    }

    private void AddWords(List<string> chunks, string line, bool isLastLine, int indent, int allowance)
    {
        string current = "";
        string[] parts = [.. Words(line)];
        for (int j = 0; j < parts.Length; j++)
        {
            string candidate = current + parts[j];
            int width = Width - indent - (isLastLine && j == parts.Length - 1 ? allowance : 0);
            if (PythonRepr.Of(state, candidate).Length <= width)
            {
                current = candidate;
                continue;
            }

            if (current.Length > 0)
            {
                chunks.Add(PythonRepr.Of(state, current));
            }

            current = parts[j];
        }

        if (current.Length > 0)
        {
            chunks.Add(PythonRepr.Of(state, current));
        }
    }

    /// <summary>Each word with the white space behind it.</summary>
    private static IEnumerable<string> Words(string line)
    {
        int start = 0;
        for (int at = 0; at < line.Length; start = at)
        {
            while (at < line.Length && !Characters.IsSpace(line[at]))
            {
                at++;
            }

            while (at < line.Length && Characters.IsSpace(line[at]))
            {
                at++;
            }

            yield return line[start..at];
        }
    }
}
