using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>The key-value pairs of a GGUF file, in their order: the model's settings, its tokenizer and its chat template.</summary>
/// <remarks>The <c>Find</c> methods give <see langword="null"/> for a key that is not there and throw when it holds something of another kind.</remarks>
public sealed class GgufMetadata : IEnumerable<KeyValuePair<string, GgufValue>>
{
    private readonly OrderedDictionary<string, GgufValue> _values = new(StringComparer.Ordinal);

    /// <summary>Where the values come from, for messages.</summary>
    public string Location { get; init; } = "GGUF metadata";

    /// <summary>Number of pairs.</summary>
    public int Count => _values.Count;

    /// <summary>The value of a key.</summary>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public GgufValue this[string key]
    {
        get => _values[key];
        set => _values[key] = value;
    }

    /// <summary>Whether there is a key.</summary>
    public bool Contains(string key) => _values.ContainsKey(key);

    /// <summary>The value of a key, if there is one.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out GgufValue? value) => _values.TryGetValue(key, out value);

    /// <summary>Adds a pair at the end.</summary>
    /// <returns>Whether the key was new.</returns>
    public bool TryAdd(string key, GgufValue value) => _values.TryAdd(key, value);

    /// <summary>Removes a pair.</summary>
    public bool Remove(string key) => _values.Remove(key);

    /// <summary>A text.</summary>
    /// <exception cref="CheckpointFormatException">The key holds something else.</exception>
    public string? FindString(string key) => Find(key, "a text", value => value.Content as string);

    /// <summary>An integer of any width.</summary>
    /// <inheritdoc cref="FindString" path="/exception"/>
    public long? FindInteger(string key) => Find(key, "an integer", value => IntegerOf(value.Content));

    /// <summary>An integer or a float, the latter as the shortest decimal that stands for it.</summary>
    /// <inheritdoc cref="FindString" path="/exception"/>
    public double? FindNumber(string key) => Find(key, "a number", value => NumberOf(value.Content));

    /// <summary>A flag.</summary>
    /// <inheritdoc cref="FindString" path="/exception"/>
    public bool? FindFlag(string key) => Find(key, "a flag", value => value.Content as bool?);

    /// <summary>An array of texts, such as the tokens.</summary>
    /// <inheritdoc cref="FindString" path="/exception"/>
    public IReadOnlyList<string>? FindStrings(string key) => Find(key, "a list of texts", value => value.Content as string[]);

    /// <summary>An array of integers, such as the token types.</summary>
    /// <inheritdoc cref="FindString" path="/exception"/>
    public IReadOnlyList<int>? FindIntegers(string key) => Find(key, "a list of 32-bit integers", value => value.Content as int[] ?? ListOf<int>(value, item => IntegerOf(item) is { } number and >= int.MinValue and <= int.MaxValue ? (int)number : null));

    /// <summary>An array of numbers, such as the token scores.</summary>
    /// <inheritdoc cref="FindString" path="/exception"/>
    public IReadOnlyList<float>? FindNumbers(string key) => Find(key, "a list of numbers", value => value.Content as float[] ?? ListOf<float>(value, item => (float?)NumberOf(item)));

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, GgufValue>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static long? IntegerOf(object content) => content switch
    {
        byte or sbyte or ushort or short or uint or int or long => Convert.ToInt64(content),
        ulong number => number <= long.MaxValue ? (long)number : null,
        _ => null,
    };

    private static double? NumberOf(object content) => content switch
    {
        double number => number,
        float number => double.Parse(number.ToString("R")), // 1e-05, not 9.99999974738e-06
        _ => IntegerOf(content),
    };

    private static T[]? ListOf<T>(GgufValue value, Func<object, T?> convert)
        where T : struct
    {
        if (value.Type != GgufValueType.Array)
        {
            return null;
        }

        T?[] items = [.. value.Items.Select(convert)];
        return items.Contains(null) ? null : [.. items.Select(item => item.GetValueOrDefault())];
    }

    private T? Find<T>(string key, string kind, Func<GgufValue, T?> convert)
        where T : class =>
        _values.TryGetValue(key, out GgufValue? value) ? convert(value) ?? throw OtherKind(key, kind, value) : null;

    private T? Find<T>(string key, string kind, Func<GgufValue, T?> convert)
        where T : struct =>
        _values.TryGetValue(key, out GgufValue? value) ? convert(value) ?? throw OtherKind(key, kind, value) : null;

    private CheckpointFormatException OtherKind(string key, string kind, GgufValue value) => new(
        "A metadata value of a GGUF file is of the wrong kind.",
        Location,
        $"{key} must be {kind}, not {value.Type}{(value.ItemType is { } item ? $" of {item}" : string.Empty)} {value.ToText(3)}",
        "Convert the model again with a current converter.");
}
