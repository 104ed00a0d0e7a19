using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Library;

/// <summary>The methods of <c>dict</c>, <c>list</c>, <c>tuple</c>, <c>range</c> and <c>bytes</c> that change nothing.</summary>
internal static class ContainerMethods
{
    public static FrozenDictionary<string, Method> Dict { get; } = Attributes.Table(
        new Method("get", "/key /default?", (_, self, a) => Get((PyDict)self, a[0], Argument.Or(a[1], null))),
        new Method("keys", "", (_, self, _) => new DictView((PyDict)self, DictPart.Keys)),
        new Method("values", "", (_, self, _) => new DictView((PyDict)self, DictPart.Values)),
        new Method("items", "", (_, self, _) => new DictView((PyDict)self, DictPart.Items)),
        new Method("copy", "", (_, self, _) => self),
        new Method("fromkeys", "/iterable /value?", (state, _, a) => FromKeys(state, a[0], Argument.Or(a[1], null))));

    public static FrozenDictionary<string, Method> List { get; } = Attributes.Table(
        new Method("copy", "", (_, self, _) => self),
        new Method("count", "/value", Count),
        new Method("index", "/value /start? /stop?", Index));

    public static FrozenDictionary<string, Method> Tuple { get; } = Attributes.Table(
        new Method("count", "/value", Count),
        new Method("index", "/value /start? /stop?", Index));

    public static FrozenDictionary<string, Method> Range { get; } = Attributes.Table(
        new Method("count", "/value", Count),
        new Method("index", "/value", Index));

    public static FrozenDictionary<string, Method> Bytes { get; } = Attributes.Table(
        new Method("decode", "encoding? errors?", (_, self, a) => Decode((PyBytes)self, a)),
        new Method("hex", "", (_, self, _) => Convert.ToHexStringLower(((PyBytes)self).Data)));

    /// <summary>Attributes of the views of a dictionary.</summary>
    public static bool TryView(DictView view, string name, out object? attribute)
    {
        attribute = name switch
        {
            "mapping" => view.Dict,
            "isdisjoint" when view.Part != DictPart.Values => new BuiltinFunction("isdisjoint", "/other", (state, a) =>
                !PythonOperators.Items(state, a[0]).Any(item => PythonOperators.Contains(state, view, item))),
            _ => Missing.Value,
        };
        return Argument.IsGiven(attribute);
    }

    private static object? Get(PyDict dict, object? key, object? fallback)
    {
        PythonKeys.RequireHashable(key);
        return dict.TryGet(key, out object? value) ? value : fallback;
    }

    private static PyDict FromKeys(RenderState state, object? keys, object? value)
    {
        var dict = new PyDict();
        foreach (object? key in PythonOperators.Items(state, keys))
        {
            PythonKeys.RequireHashable(key);
            dict.Set(key, value);
        }

        return dict;
    }

    private static object? Count(RenderState state, object self, object?[] a) =>
        Integers.Box((long)PythonOperators.Items(state, self).Count(item => PythonOperators.AreEqual(state, item, a[0])));

    private static object? Index(RenderState state, object self, object?[] a)
    {
        object?[] items = PythonOperators.Items(state, self);
        var bounds = new PySlice(a.Length > 1 ? Argument.Or(a[1], null) : null, a.Length > 2 ? Argument.Or(a[2], null) : null, null);
        (int first, _, int count) = Subscripts.Bounds(bounds, items.Length);
        for (int i = first; i < first + count; i++)
        {
            if (PythonOperators.AreEqual(state, items[i], a[0]))
            {
                return Integers.Box((long)i);
            }
        }

        throw PythonException.Value($"{PythonRepr.Of(state, a[0])} is not in {PythonTypes.NameOf(self)}");
    }

    private static string Decode(PyBytes bytes, object?[] a)
    {
        string name = Argument.IsGiven(a[0]) ? Argument.Text(a[0], "decode()") : "utf-8";
        Encoding encoding = name.ToLower(CultureInfo.InvariantCulture).Replace('_', '-') switch
        {
            "utf-8" or "utf8" => new UTF8Encoding(false, !Argument.IsGiven(a[1]) || a[1] is "strict"),
            "ascii" or "us-ascii" => Encoding.ASCII,
            "latin-1" or "latin1" or "iso-8859-1" => Encoding.Latin1,
            _ => throw new PythonException("LookupError", $"unknown encoding: {name}"),
        };

        try
        {
            return encoding.GetString(bytes.Data);
        }
        catch (DecoderFallbackException)
        {
            throw new PythonException("UnicodeDecodeError", $"'{name}' codec can't decode the bytes");
        }
    }
}
