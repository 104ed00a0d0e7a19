using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Library;

/// <summary>Filters of lists and dictionaries.</summary>
internal static class ListFilters
{
    public static BuiltinFunction[] All { get; } =
    [
        new("length", "obj", (_, a) => Integers.Box((long)PythonOperators.Length(a[0]))),
        new("list", "value", (state, a) => new PyList(PythonOperators.Items(state, a[0]))),
        new("first", "seq", (state, a) => First(PythonOperators.Iterate(state, a[0]), "No first item, sequence was empty.")),
        new("last", "seq", (state, a) => First(Reversed(state, a[0]), "No last item, sequence was empty.")),
        new("random", "seq", Random),
        new("reverse", "value", Reverse),
        new("join", "value d? attribute?", Join),
        new("items", "value", Items),
        new("dictsort", "value case_sensitive? by? reverse?", DictSort),
        new("sort", "value reverse? case_sensitive? attribute?", Sort),
        new("unique", "value case_sensitive? attribute?", (state, a) => new PyIterator("generator", Unique(state, a))),
        new("min", "value case_sensitive? attribute?", (state, a) => Extreme(state, a, isLargest: false)),
        new("max", "value case_sensitive? attribute?", (state, a) => Extreme(state, a, isLargest: true)),
        new("sum", "iterable attribute? start?", Sum),
        new("batch", "value linecount fill_with?", (state, a) => new PyIterator("generator", Batch(state, a))),
        new("slice", "value slices fill_with?", (state, a) => new PyIterator("generator", Slices(state, a))),
        new("groupby", "value attribute default? case_sensitive?", GroupBy),
    ];

    private static object? First(IEnumerable<object?> items, string hint)
    {
        foreach (object? item in items)
        {
            return item;
        }

        return Undefined.WithHint(hint);
    }

    private static IEnumerable<object?> Reversed(RenderState state, object? value)
    {
        if (value is PyIterator or LoopContext)
        {
            throw PythonException.Type($"'{PythonTypes.NameOf(value)}' object is not reversible");
        }

        object?[] items = PythonOperators.Items(state, value);
        for (int i = items.Length - 1; i >= 0; i--)
        {
            yield return items[i];
        }
    }

    private static object? Random(RenderState state, object?[] a)
    {
        object?[] items = PythonOperators.Items(state, a[0]);
        return items.Length == 0 ? Undefined.WithHint("No random item, sequence was empty.") : items[state.NextRandom(items.Length)];
    }

    private static object? Reverse(RenderState state, object?[] a)
    {
        if (PythonTypes.TryText(a[0], out _))
        {
            return Subscripts.Slice(state, a[0], new PySlice(null, null, -1L));
        }

        if (!PythonTypes.IsIterable(a[0]))
        {
            throw PythonException.FilterArgument("argument must be iterable");
        }

        object?[] items = [.. PythonOperators.Items(state, a[0]).Reverse()];
        return a[0] is PyIterator ? new PyList(items) : new PyIterator(a[0] is PyList ? "list_reverseiterator" : "reversed", items);
    }

    private static object? Join(RenderState state, object?[] a)
    {
        object? separator = Argument.Or(a[1], "");
        object? attribute = Argument.Or(a[2], null);
        object?[] items = PythonOperators.Items(state, a[0]);
        if (attribute is not null)
        {
            var getter = new ItemGetter(attribute);
            items = [.. items.Select(item => getter.Get(state, item))];
        }

        bool isMarkup = state.Autoescape && (separator is Markup || items.Any(item => item is Markup));
        string between = isMarkup ? Markup.Escape(state, separator).Text : PythonOperators.Str(state, separator);
        var joined = new StringBuilder();
        for (int i = 0; i < items.Length; i++)
        {
            string part = isMarkup ? Markup.Escape(state, items[i]).Text : PythonOperators.Str(state, items[i]);
            state.ChargeText(part.Length + between.Length);
            joined.Append(i > 0 ? between : "").Append(part);
            state.CheckOutput(joined);
        }

        return isMarkup ? new Markup(joined.ToString()) : joined.ToString();
    }

    private static PyIterator Items(RenderState state, object?[] a)
    {
        // A generator: what it is given is looked at only when something asks for its items.
        IEnumerable<object?> Pairs()
        {
            if (a[0] is Undefined)
            {
                yield break;
            }

            PyDict dict = a[0] as PyDict ?? throw PythonException.Type("Can only get item pairs from a mapping.");
            for (int i = 0; i < dict.Count; i++)
            {
                yield return new PyTuple(dict.KeyAt(i), dict.ValueAt(i));
            }
        }

        return new PyIterator("generator", Pairs());
    }

    private static PyList DictSort(RenderState state, object?[] a)
    {
        int position = Argument.Or(a[2], "key") switch
        {
            "key" => 0,
            "value" => 1,
            _ => throw PythonException.FilterArgument("You can only sort by either \"key\" or \"value\""),
        };
        (a[0] as Undefined)?.Fail();
        PyDict dict = a[0] as PyDict ?? throw PythonException.Attribute($"'{PythonTypes.NameOf(a[0])}' object has no attribute 'items'");
        object?[] pairs = PythonOperators.Items(state, new DictView(dict, DictPart.Items));
        object?[] keys = [.. pairs.Select(pair => ((PyTuple)pair!).Items[position]).Select(key => Argument.IsTrue(a[1]) ? key : ItemGetter.IgnoreCase(state, key))];
        return new PyList(PythonOperators.Sort(state, pairs, keys, IsReversed(a[3])));
    }

    private static PyList Sort(RenderState state, object?[] a)
    {
        Func<object?, object?> key = ItemGetter.Several(state, Argument.Or(a[3], null), ignoresCase: !Argument.IsTrue(a[2]));
        object?[] items = PythonOperators.Items(state, a[0]);
        return new PyList(PythonOperators.Sort(state, items, [.. items.Select(key)], IsReversed(a[1])));
    }

    private static bool IsReversed(object? argument) => Argument.IsGiven(argument) && Integers.ToIndex(argument) != 0;

    private static IEnumerable<object?> Unique(RenderState state, object?[] a)
    {
        var getter = new ItemGetter(Argument.Or(a[2], null), ignoresCase: !Argument.IsTrue(a[1]));
        var seen = new PyDict();
        foreach (object? item in PythonOperators.Iterate(state, a[0]))
        {
            state.Charge(1);
            object? key = getter.Get(state, item);
            PythonKeys.RequireHashable(key);
            if (!seen.TryGet(key, out _))
            {
                seen.Set(key, null);
                yield return item;
            }
        }
    }

    private static object? Extreme(RenderState state, object?[] a, bool isLargest)
    {
        var getter = new ItemGetter(Argument.Or(a[2], null), ignoresCase: !Argument.IsTrue(a[1]));
        object?[] items = PythonOperators.Items(state, a[0]);
        if (items.Length == 0)
        {
            return Undefined.WithHint("No aggregated item, sequence was empty.");
        }

        object? best = items[0];
        object? bestKey = getter.Get(state, best);
        for (int i = 1; i < items.Length; i++)
        {
            object? key = getter.Get(state, items[i]);
            bool isBetter = isLargest ? PythonOperators.Compare(state, key, bestKey, ">") > 0 : PythonOperators.Compare(state, key, bestKey, "<") < 0;
            (best, bestKey) = isBetter ? (items[i], key) : (best, bestKey);
        }

        return best;
    }

    private static object? Sum(RenderState state, object?[] a)
    {
        var getter = new ItemGetter(Argument.Or(a[1], null));
        object? total = Argument.Or(a[2], Integers.Box(0L));
        if (total is string or Markup)
        {
            throw PythonException.Type("sum() can't sum strings [use ''.join(seq) instead]");
        }

        foreach (object? item in PythonOperators.Items(state, a[0]))
        {
            total = PythonArithmetic.Add(state, total, getter.Get(state, item));
        }

        return total;
    }

    private static IEnumerable<object?> Batch(RenderState state, object?[] a)
    {
        int size = Argument.Int(a[1]);
        object? fill = Argument.Or(a[2], null);
        var batch = new List<object?>();
        foreach (object? item in PythonOperators.Iterate(state, a[0]))
        {
            state.Charge(1);
            if (batch.Count == size)
            {
                yield return new PyList([.. batch]);
                batch = [];
            }

            batch.Add(item);
        }

        if (batch.Count > 0)
        {
            if (fill is not null && batch.Count < size)
            {
                state.ChargeItems(size - batch.Count);
                batch.AddRange(Enumerable.Repeat(fill, size - batch.Count));
            }

            yield return new PyList([.. batch]);
        }
    }

    private static IEnumerable<object?> Slices(RenderState state, object?[] a)
    {
        object?[] items = PythonOperators.Items(state, a[0]);
        int count = Argument.Int(a[1]);
        object? fill = Argument.Or(a[2], null);
        if (count == 0)
        {
            throw PythonException.ZeroDivision("integer division or modulo by zero");
        }

        int size = (int)Math.Floor((double)items.Length / count);
        int extra = items.Length - (size * count);
        int start = 0;
        for (int i = 0; i < count; i++)
        {
            state.Charge(1);
            int end = start + size + (i < extra ? 1 : 0);
            yield return new PyList([.. items[start..end], .. fill is not null && i >= extra ? (object?[])[fill] : []]);
            start = end;
        }
    }

    private static PyList GroupBy(RenderState state, object?[] a)
    {
        object? fallback = Argument.Or(a[2], null);
        bool ignoresCase = !Argument.IsTrue(a[3]);
        var getter = new ItemGetter(a[1], ignoresCase, fallback);
        var shown = new ItemGetter(a[1], ignoresCase: false, fallback);
        object?[] items = PythonOperators.Items(state, a[0]);
        items = PythonOperators.Sort(state, items, [.. items.Select(item => getter.Get(state, item))], isReversed: false);
        var groups = new List<object?>();
        for (int start = 0; start < items.Length;)
        {
            object? key = getter.Get(state, items[start]);
            int end = start + 1;
            while (end < items.Length && PythonOperators.AreEqual(state, key, getter.Get(state, items[end])))
            {
                end++;
            }

            groups.Add(new GroupTuple(ignoresCase ? shown.Get(state, items[start]) : key, new PyList(items[start..end])));
            start = end;
        }

        return new PyList([.. groups]);
    }
}
