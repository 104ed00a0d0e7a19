namespace Hone.Models.Checkpoints.Gguf;

/// <summary>A metadata value of a GGUF file with the type that the file gives it; immutable.</summary>
public sealed class GgufValue
{
    private GgufValue(GgufValueType type, object content, GgufValueType? itemType = null)
    {
        Type = type;
        ItemType = itemType;
        Content = content;
    }

    /// <summary>Type of the value.</summary>
    public GgufValueType Type { get; }

    /// <summary>Type of an array's items; <see langword="null"/> for other values.</summary>
    public GgufValueType? ItemType { get; }

    /// <summary>Number of an array's items; 1 for other values.</summary>
    public int Count => Content is Array array ? array.Length : 1;

    /// <summary>The CLR value: a primitive, a string, or an array of either or of values.</summary>
    internal object Content { get; }

    /// <summary>A number, flag or text with the type that corresponds to its CLR type.</summary>
    public static GgufValue Of<T>(T value)
        where T : notnull => new(TypeOf(typeof(T)), value);

    /// <summary>An array of numbers, flags or texts; copied.</summary>
    public static GgufValue OfArray<T>(IEnumerable<T> items)
        where T : notnull => Adopt(items.ToArray());

    /// <summary>An array of arrays.</summary>
    /// <exception cref="ArgumentException">An item is no array.</exception>
    public static GgufValue OfArrays(IEnumerable<GgufValue> items)
    {
        GgufValue[] arrays = items.ToArray();
        return arrays.All(item => item.Type == GgufValueType.Array) ? Adopt(arrays) : throw new ArgumentException("Every item must be an array.", nameof(items));
    }

    /// <summary>The items of an array, or the value itself, as CLR primitives, strings and nested values.</summary>
    public IEnumerable<object> Items => Content is Array array ? array.Cast<object>() : [Content];

    /// <summary>The value as a reader sees it: texts bare, arrays in brackets with at most <paramref name="maxItems"/> items.</summary>
    public string ToText(int maxItems = 8)
    {
        if (Content is not Array array)
        {
            return Content is bool flag ? (flag ? "true" : "false") : Content.ToString() ?? string.Empty;
        }

        IEnumerable<string> items = array.Cast<object>().Take(maxItems).Select(item => item switch
        {
            GgufValue nested => nested.ToText(maxItems),
            string text => $"\"{text}\"",
            bool flag => flag ? "true" : "false",
            _ => item.ToString() ?? string.Empty,
        });
        return $"[{string.Join(", ", items)}{(array.Length > maxItems ? ", …" : string.Empty)}]";
    }

    /// <inheritdoc/>
    public override string ToString() => ToText();

    /// <summary>An array that the caller gives away.</summary>
    internal static GgufValue Adopt<T>(T[] items)
        where T : notnull => new(GgufValueType.Array, items, typeof(T) == typeof(GgufValue) ? GgufValueType.Array : TypeOf(typeof(T)));

    private static GgufValueType TypeOf(Type type) => System.Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => GgufValueType.UInt8,
        TypeCode.SByte => GgufValueType.Int8,
        TypeCode.UInt16 => GgufValueType.UInt16,
        TypeCode.Int16 => GgufValueType.Int16,
        TypeCode.UInt32 => GgufValueType.UInt32,
        TypeCode.Int32 => GgufValueType.Int32,
        TypeCode.Single => GgufValueType.Float32,
        TypeCode.Boolean => GgufValueType.Bool,
        TypeCode.String => GgufValueType.String,
        TypeCode.UInt64 => GgufValueType.UInt64,
        TypeCode.Int64 => GgufValueType.Int64,
        TypeCode.Double => GgufValueType.Float64,
        _ => throw new ArgumentException($"GGUF files hold no values of type {type.Name}.", nameof(type)),
    };
}
