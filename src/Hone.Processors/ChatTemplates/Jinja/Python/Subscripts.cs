using System.Numerics;
using Hone.Processors.ChatTemplates.Jinja.Library;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Python;

/// <summary>Attributes, items and slices as the sandbox of Jinja2 looks them up.</summary>
internal static class Subscripts
{
    /// <summary><c>value.name</c>: the attribute, else the item of that name.</summary>
    public static object? Attribute(RenderState state, object? value, string name)
    {
        if (value is Undefined undefined && !name.StartsWith("__", StringComparison.Ordinal))
        {
            undefined.Fail();
        }

        if (Attributes.TryGet(state, value, name, out object? attribute))
        {
            return attribute;
        }

        (value as Undefined)?.Fail();
        return value is PyDict dict && dict.TryGet(name, out object? item) ? item : Undefined.Of(value, name);
    }

    /// <summary><c>value[key]</c>: the item, else the attribute of that name.</summary>
    public static object? Item(RenderState state, object? value, object? key)
    {
        if (TryItem(value, key, out object? item))
        {
            return item;
        }

        return PythonTypes.TryText(key, out string name) && Attributes.TryGet(state, value, name, out object? attribute) ? attribute : Undefined.Of(value, key);
    }

    /// <summary><c>value[start:stop:step]</c>, which raises where items would be undefined.</summary>
    public static object? Slice(RenderState state, object? value, PySlice slice)
    {
        switch (value)
        {
            case string text:
                return SliceText(state, text, slice);
            case Markup markup:
                return new Markup(SliceText(state, markup.Text, slice));
            case PyList list:
                return new PyList(SliceItems(state, list.Items, slice));
            case PyTuple tuple:
                return new PyTuple(SliceItems(state, tuple.Items, slice));
            case PyBytes bytes:
                (int first, int step, int count) = Bounds(slice, bytes.Data.Length);
                var part = new byte[count];
                for (int i = 0; i < count; i++)
                {
                    part[i] = bytes.Data[first + (i * step)];
                }

                return new PyBytes(part);
            case PyRange range:
                (int start, int stride, int length) = Bounds(slice, (int)range.Count);
                BigInteger from = range.Start + (range.Step * start);
                return new PyRange(from, from + (range.Step * stride * length), range.Step * stride);
            case Undefined undefined:
                undefined.Fail();
                return null;
            case PyDict:
                throw PythonException.Type("unhashable type: 'slice'");
            default:
                throw PythonException.Type($"'{PythonTypes.NameOf(value)}' object is not subscriptable");
        }
    }

    /// <summary>First position, step and number of items that a slice takes from a sequence.</summary>
    public static (int First, int Step, int Count) Bounds(PySlice slice, int length)
    {
        int step = slice.Step is null ? 1 : Index(slice.Step);
        if (step == 0)
        {
            throw PythonException.Value("slice step cannot be zero");
        }

        step = Math.Max(step, -int.MaxValue);
        int low = step > 0 ? 0 : -1;
        int high = step > 0 ? length : length - 1;
        int start = slice.Start is null ? (step > 0 ? low : high) : Clamp(Index(slice.Start), length, low, high);
        int stop = slice.Stop is null ? (step > 0 ? high : low) : Clamp(Index(slice.Stop), length, low, high);
        long distance = step > 0 ? (long)stop - start : (long)start - stop;
        int count = distance <= 0 ? 0 : (int)(((distance - 1) / Math.Abs((long)step)) + 1);
        return (start, step, count);
    }

    private static bool TryItem(object? value, object? key, out object? item)
    {
        item = null;
        switch (value)
        {
            case PyDict dict:
                return key is not (PyList or PyDict or PySlice) && dict.TryGet(key, out item);
            case PySequence sequence when TryPosition(key, sequence.Count, out int at):
                item = sequence.Items[at];
                return true;
            case string or Markup when Integers.TryGet(key, out _):
                string text = value as string ?? ((Markup)value).Text;
                bool isSimple = Characters.IsSimple(text);
                if (!TryPosition(key, isSimple ? text.Length : Characters.Length(text), out int position))
                {
                    return false;
                }

                int unit = isSimple ? position : Characters.UnitsBefore(text, position);
                string letter = text.Substring(unit, Characters.Width(text, unit));
                item = value is Markup ? new Markup(letter) : letter;
                return true;
            case PyRange range when TryPosition(key, (int)range.Count, out int index):
                item = Integers.Box(range.At(index));
                return true;
            case PyBytes bytes when TryPosition(key, bytes.Data.Length, out int offset):
                item = Integers.Box((long)bytes.Data[offset]);
                return true;
            case Undefined undefined:
                undefined.Fail();
                return false;
            default:
                return false;
        }
    }

    private static bool TryPosition(object? key, int length, out int at)
    {
        at = -1;
        if (!Integers.TryGet(key, out BigInteger number) || number >= length || number < -length)
        {
            return false;
        }

        at = (int)(number.Sign < 0 ? number + length : number);
        return true;
    }

    private static int Index(object? value)
    {
        (value as Undefined)?.Fail();
        return Integers.TryGet(value, out BigInteger number)
            ? (int)BigInteger.Clamp(number, -int.MaxValue, int.MaxValue)
            : throw PythonException.Type("slice indices must be integers or None or have an __index__ method");
    }

    private static int Clamp(int index, int length, int low, int high) => (int)Math.Clamp(index < 0 ? (long)index + length : index, low, high);

    private static string SliceText(RenderState state, string text, PySlice slice)
    {
        bool isSimple = Characters.IsSimple(text);
        int[] starts = isSimple ? [] : Characters.Starts(text);
        (int first, int step, int count) = Bounds(slice, isSimple ? text.Length : starts.Length - 1);
        state.ChargeText(isSimple ? count : text.Length);
        if (count == 0)
        {
            return "";
        }

        if (step == 1)
        {
            return isSimple ? text.Substring(first, count) : text[starts[first]..starts[first + count]];
        }

        var part = new System.Text.StringBuilder(count);
        for (int i = 0; i < count; i++)
        {
            int at = first + (i * step);
            _ = isSimple ? part.Append(text[at]) : part.Append(text, starts[at], starts[at + 1] - starts[at]);
        }

        return part.ToString();
    }

    private static object?[] SliceItems(RenderState state, object?[] items, PySlice slice)
    {
        (int first, int step, int count) = Bounds(slice, items.Length);
        state.ChargeItems(count);
        var part = new object?[count];
        for (int i = 0; i < count; i++)
        {
            part[i] = items[first + (i * step)];
        }

        return part;
    }
}
