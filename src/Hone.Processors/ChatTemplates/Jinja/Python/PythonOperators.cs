using System.Numerics;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Python;

/// <summary>Python's operators on the engine's values.</summary>
internal static class PythonOperators
{
    /// <summary>Text that a comparison walks through for the price of one step.</summary>
    private const int ComparedPerStep = 64;

    public static string Str(RenderState state, object? value) => value switch
    {
        string text => text,
        Markup markup => markup.Text,
        Undefined => "",
        _ => PythonRepr.Of(state, value),
    };

    public static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool b => b,
        string text => text.Length > 0,
        long n => n != 0,
        PySequence sequence => sequence.Count > 0,
        PyDict dict => dict.Count > 0,
        double d => d != 0,
        Undefined => false,
        Markup markup => markup.Text.Length > 0,
        DictView view => view.Dict.Count > 0,
        PyRange range => !range.Count.IsZero,
        PyBytes bytes => bytes.Data.Length > 0,
        LoopContext loop => loop.Length > 0,
        _ => true,
    };

    /// <summary>What <c>len()</c> gives.</summary>
    public static int Length(object? value) => value switch
    {
        string text => Characters.Length(text),
        Markup markup => Characters.Length(markup.Text),
        PySequence sequence => sequence.Count,
        PyDict dict => dict.Count,
        DictView view => view.Dict.Count,
        PyRange range => (int)range.Count,
        PyBytes bytes => bytes.Data.Length,
        LoopContext loop => loop.Length,
        Undefined => 0,
        _ => throw PythonException.Type($"object of type '{PythonTypes.NameOf(value)}' has no len()"),
    };

    /// <summary>The items of a value, one by one.</summary>
    public static IEnumerable<object?> Iterate(RenderState state, object? value) => value switch
    {
        PySequence sequence => sequence.Items,
        string text => Letters(text),
        Markup markup => Letters(markup.Text), // plain texts, as iterating is inherited from str
        PyDict dict => Indexed(dict.Count, dict.KeyAt),
        DictView view => Indexed(view.Dict.Count, view.At),
        PyRange range => Indexed((int)range.Count, i => Integers.Box(range.At(i))),
        PyBytes bytes => bytes.Data.ToArray().Select(b => (object?)Integers.Box((long)b)),
        PyIterator iterator => Rest(iterator),
        LoopContext loop => loop.Rest(),
        Undefined => [],
        _ => throw PythonException.Type($"'{PythonTypes.NameOf(value)}' object is not iterable"),
    };

    /// <summary>All items of a value, charged.</summary>
    public static object?[] Items(RenderState state, object? value)
    {
        if (value is PySequence sequence)
        {
            state.ChargeItems(sequence.Count);
            return sequence.Items;
        }

        var items = new List<object?>();
        foreach (object? item in Iterate(state, value))
        {
            state.Charge(1);
            items.Add(item);
        }

        return [.. items];
    }

    public static bool AreEqual(RenderState state, object? a, object? b)
    {
        if (ReferenceEquals(a, b))
        {
            return a is not double d || !double.IsNaN(d);
        }

        if (PythonTypes.TryText(a, out string text))
        {
            if (!PythonTypes.TryText(b, out string other) || other.Length != text.Length)
            {
                return false;
            }

            state.Charge(text.Length / ComparedPerStep);
            return text == other;
        }

        switch (a, b)
        {
            case (PyList x, PyList y):
                return AreEqualItems(state, x, y);
            case (PyTuple x, PyTuple y):
                return AreEqualItems(state, x, y);
            case (PyDict x, PyDict y):
                return AreEqualDicts(state, x, y);
            case (PyRange x, PyRange y):
                return x.Count == y.Count && (x.Count.IsZero || (x.Start == y.Start && (x.Count.IsOne || x.Step == y.Step)));
            case (PyBytes x, PyBytes y):
                return x.Data.SequenceEqual(y.Data);
            case (BoundMethod x, BoundMethod y):
                return ReferenceEquals(x.Self, y.Self) && x.Name == y.Name;
            default:
                return PythonKeys.AreEqual(a, b);
        }
    }

    /// <summary>The order of two values, or a TypeError when they have none; NaN gives null.</summary>
    public static int? Compare(RenderState state, object? a, object? b, string sign)
    {
        state.Charge(1);
        if (PythonNumbers.IsNumber(a) && PythonNumbers.IsNumber(b))
        {
            return (a is double x && double.IsNaN(x)) || (b is double y && double.IsNaN(y)) ? null : PythonNumbers.Compare(a!, b!);
        }

        if (PythonTypes.TryText(a, out string left) && PythonTypes.TryText(b, out string right))
        {
            state.Charge(Math.Min(left.Length, right.Length) / ComparedPerStep);
            return CompareText(left, right);
        }

        if ((a is PyList && b is PyList) || (a is PyTuple && b is PyTuple))
        {
            return CompareItems(state, (PySequence)a, (PySequence)b, sign);
        }

        if (a is PyBytes p && b is PyBytes q)
        {
            return p.Data.SequenceCompareTo(q.Data);
        }

        (a as Undefined ?? b as Undefined)?.Fail();
        throw PythonException.Type($"'{sign}' not supported between instances of '{PythonTypes.NameOf(a)}' and '{PythonTypes.NameOf(b)}'");
    }

    /// <summary>Order by code points, which is not the order of UTF-16 units.</summary>
    public static int CompareText(string a, string b)
    {
        int common = a.AsSpan().CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
        {
            return a.Length - b.Length;
        }

        bool isHighA = char.IsSurrogate(a[common]);
        bool isHighB = char.IsSurrogate(b[common]);
        return isHighA == isHighB ? a[common] - b[common] : isHighA ? 1 : -1;
    }

    /// <summary>The operator <c>in</c>.</summary>
    public static bool Contains(RenderState state, object? container, object? item)
    {
        if (PythonTypes.TryText(container, out string text))
        {
            if (item is Undefined undefined)
            {
                undefined.Fail();
            }

            if (!PythonTypes.TryText(item, out string part))
            {
                throw PythonException.Type($"'in <string>' requires string as left operand, not {PythonTypes.NameOf(item)}");
            }

            state.Charge(1 + (text.Length / ComparedPerStep));
            return text.Contains(part, StringComparison.Ordinal);
        }

        switch (container)
        {
            case PyDict dict:
                PythonKeys.RequireHashable(item);
                return dict.TryGet(item, out _);
            case DictView { Part: DictPart.Keys } view:
                PythonKeys.RequireHashable(item);
                return view.Dict.TryGet(item, out _);
            case PyRange range when Integers.TryGet(item, out BigInteger number):
                BigInteger distance = number - range.Start;
                return !range.Count.IsZero && (distance % range.Step).IsZero && distance / range.Step >= 0 && distance / range.Step < range.Count;
            case PyBytes bytes when item is PyBytes part:
                return bytes.Data.IndexOf(part.Data) >= 0;
        }

        if (!PythonTypes.IsIterable(container))
        {
            throw PythonException.Type($"argument of type '{PythonTypes.NameOf(container)}' is not iterable");
        }

        foreach (object? candidate in Iterate(state, container))
        {
            state.Charge(1);
            if (AreEqual(state, candidate, item))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Sorts items stably by keys, asking only whether one is less than another, as Python does.</summary>
    public static object?[] Sort(RenderState state, object?[] items, object?[] keys, bool isReversed)
    {
        state.ChargeItems(items.Length);
        var order = new int[items.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        var spare = new int[order.Length];
        for (int width = 1; width < order.Length; width *= 2)
        {
            for (int start = 0; start < order.Length; start += 2 * width)
            {
                Merge(state, keys, isReversed, order, spare, start, Math.Min(start + width, order.Length), Math.Min(start + (2 * width), order.Length));
            }

            (order, spare) = (spare, order);
        }

        return [.. order.Select(i => items[i])];
    }

    private static void Merge(RenderState state, object?[] keys, bool isReversed, int[] from, int[] to, int start, int middle, int end)
    {
        int left = start;
        int right = middle;
        for (int i = start; i < end; i++)
        {
            bool takesRight = left == middle || (right < end && IsBefore(state, keys[from[right]], keys[from[left]], isReversed));
            to[i] = takesRight ? from[right++] : from[left++];
        }
    }

    private static bool IsBefore(RenderState state, object? a, object? b, bool isReversed) =>
        isReversed ? Compare(state, b, a, "<") < 0 : Compare(state, a, b, "<") < 0;

    private static IEnumerable<object?> Letters(string text)
    {
        for (int i = 0; i < text.Length; i += Characters.Width(text, i))
        {
            yield return text.Substring(i, Characters.Width(text, i));
        }
    }

    private static IEnumerable<object?> Indexed(int count, Func<int, object?> at)
    {
        for (int i = 0; i < count; i++)
        {
            yield return at(i);
        }
    }

    private static IEnumerable<object?> Rest(PyIterator iterator)
    {
        while (iterator.TryNext(out object? item))
        {
            yield return item;
        }
    }

    private static bool AreEqualItems(RenderState state, PySequence a, PySequence b)
    {
        if (a.Count != b.Count)
        {
            return false;
        }

        state.Enter();
        for (int i = 0; i < a.Count; i++)
        {
            state.Charge(1);
            if (!AreEqual(state, a.Items[i], b.Items[i]))
            {
                state.Leave();
                return false;
            }
        }

        state.Leave();
        return true;
    }

    private static bool AreEqualDicts(RenderState state, PyDict a, PyDict b)
    {
        if (a.Count != b.Count)
        {
            return false;
        }

        state.Enter();
        for (int i = 0; i < a.Count; i++)
        {
            state.Charge(1);
            if (!b.TryGet(a.KeyAt(i), out object? other) || !AreEqual(state, a.ValueAt(i), other))
            {
                state.Leave();
                return false;
            }
        }

        state.Leave();
        return true;
    }

    private static int? CompareItems(RenderState state, PySequence a, PySequence b, string sign)
    {
        state.Enter();
        int common = Math.Min(a.Count, b.Count);
        for (int i = 0; i < common; i++)
        {
            if (!AreEqual(state, a.Items[i], b.Items[i]))
            {
                int? order = Compare(state, a.Items[i], b.Items[i], sign);
                state.Leave();
                return order;
            }
        }

        state.Leave();
        return a.Count - b.Count;
    }
}
