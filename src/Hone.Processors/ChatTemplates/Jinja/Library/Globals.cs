using System.Collections.Frozen;
using System.Numerics;
using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Library;

/// <summary>The functions that every template can call: those of Jinja2 and the two of transformers.</summary>
internal static class Globals
{
    private static readonly FrozenDictionary<string, object?> s_byName = new BuiltinFunction[]
    {
        new("range", "*args", (_, a) => Range((PyTuple)a[0]!), "type"),
        new("dict", "*args **kwargs", (state, a) => Dict(state, "dict", (PyTuple)a[0]!, (PyDict)a[1]!), "type"),
        new("namespace", "*args **kwargs", (state, a) => new Namespace(Dict(state, "namespace", (PyTuple)a[0]!, (PyDict)a[1]!)), "type"),
        new("cycler", "*items", (_, a) => ((PyTuple)a[0]!).Count > 0 ? new Cycler(((PyTuple)a[0]!).Items) : throw PythonException.Runtime("at least one item has to be provided"), "type"),
        new("joiner", "sep?", (_, a) => new Joiner(Argument.Or(a[0], ", ")), "type"),
        new("lipsum", "n? html? min? max?", Lipsum),
        new("raise_exception", "message", (state, a) => throw new PythonException(RaisedClass, PythonOperators.Str(state, a[0]))),
        new("strftime_now", "format", (state, a) => TimeFormat.Format(state.Clock.GetLocalNow().DateTime, Argument.Text(a[0], "strftime()"))),
    }.ToFrozenDictionary(function => function.Name, object? (function) => function);

    /// <summary>Class of an error that the template raised itself.</summary>
    internal const string RaisedClass = "TemplateError";

    private static readonly string[] s_words =
    [
        "lorem", "ipsum", "dolor", "sit", "amet", "consectetur", "adipiscing", "elit", "sed", "do", "eiusmod", "tempor", "incididunt", "ut", "labore",
        "et", "dolore", "magna", "aliqua", "enim", "ad", "minim", "veniam", "quis", "nostrud", "exercitation", "ullamco", "laboris", "nisi", "aliquip",
    ];

    public static bool TryGet(string name, out object? value) => s_byName.TryGetValue(name, out value);

    private static PyRange Range(PyTuple args)
    {
        var bounds = new BigInteger[3];
        for (int i = 0; i < Math.Min(args.Count, bounds.Length); i++)
        {
            (args.Items[i] as Undefined)?.Fail();
            if (!Integers.TryGet(args.Items[i], out bounds[i]))
            {
                throw PythonException.Type($"'{PythonTypes.NameOf(args.Items[i])}' object cannot be interpreted as an integer");
            }
        }

        PyRange range = args.Count switch
        {
            1 => new PyRange(0, bounds[0], 1),
            2 => new PyRange(bounds[0], bounds[1], 1),
            3 => bounds[2].IsZero ? throw PythonException.Value("range() arg 3 must not be zero") : new PyRange(bounds[0], bounds[1], bounds[2]),
            _ => throw PythonException.Type($"range expected 1 to 3 arguments, got {args.Count}"),
        };
        return range.Count <= PyRange.MaxCount
            ? range
            : throw PythonException.Overflow($"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({PyRange.MaxCount}).");
    }

    private static PyDict Dict(RenderState state, string function, PyTuple args, PyDict kwargs)
    {
        if (args.Count > 1)
        {
            throw PythonException.Type($"{function} expected at most 1 argument, got {args.Count}");
        }

        var dict = new PyDict();
        (args.Items.FirstOrDefault() as Undefined)?.Fail();
        if (args.Count == 1 && args.Items[0] is PyDict source)
        {
            Copy(state, source, dict);
        }
        else if (args.Count == 1)
        {
            foreach (object? pair in PythonOperators.Items(state, args.Items[0]))
            {
                object?[] parts = PythonOperators.Items(state, pair);
                if (parts.Length != 2)
                {
                    throw PythonException.Value($"dictionary update sequence element has length {parts.Length}; 2 is required");
                }

                PythonKeys.RequireHashable(parts[0]);
                dict.Set(parts[0], parts[1]);
            }
        }

        Copy(state, kwargs, dict);
        return dict;
    }

    private static void Copy(RenderState state, PyDict from, PyDict to)
    {
        state.ChargeItems(from.Count);
        for (int i = 0; i < from.Count; i++)
        {
            to.Set(from.KeyAt(i), from.ValueAt(i));
        }
    }

    private static object? Lipsum(RenderState state, object?[] a)
    {
        int paragraphs = Argument.Int(a[0], 5);
        bool isHtml = Argument.IsTrue(a[1], fallback: true);
        int min = Argument.Int(a[2], 20);
        int max = Argument.Int(a[3], 100);
        if (max <= min)
        {
            throw PythonException.Value("empty range in randrange()");
        }

        var text = new StringBuilder();
        for (int i = 0; i < paragraphs; i++)
        {
            int count = Math.Max(0, min + state.NextRandom(max - min));
            state.ChargeItems(count);
            string body = string.Join(' ', Enumerable.Range(0, count).Select(_ => s_words[state.NextRandom(s_words.Length)]));
            body = CaseMapping.Capitalize(body) + ".";
            text.Append(i > 0 ? (isHtml ? "\n" : "\n\n") : "").Append(isHtml ? $"<p>{body}</p>" : body);
            state.CheckOutput(text);
        }

        return isHtml ? new Markup(text.ToString()) : text.ToString();
    }
}
