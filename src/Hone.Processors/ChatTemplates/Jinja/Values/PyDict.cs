using Hone.Processors.ChatTemplates.Jinja.Python;

namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>Python's <c>dict</c>: keeps the order of insertion and treats 1, 1.0 and true as one key.</summary>
/// <remarks>Filled by <see cref="Set"/> while it is made; unchanged once a template can see it.</remarks>
internal sealed class PyDict(int capacity = 4)
{
    /// <summary>Up to this size a scan beats hashing; messages have two to four keys.</summary>
    private const int MaxScanned = 8;

    private object?[] _keys = new object?[capacity];
    private object?[] _values = new object?[capacity];
    private Dictionary<HashedKey, int>? _index;

    public int Count { get; private set; }

    public ReadOnlySpan<object?> Keys => _keys.AsSpan(0, Count);

    public ReadOnlySpan<object?> Values => _values.AsSpan(0, Count);

    public object? KeyAt(int i) => _keys[i];

    public object? ValueAt(int i) => _values[i];

    /// <summary>Sets a key, keeping its place if it is there already.</summary>
    public void Set(object? key, object? value)
    {
        int found = Find(key);
        if (found >= 0)
        {
            _values[found] = value;
            return;
        }

        if (Count == _keys.Length)
        {
            Array.Resize(ref _keys, Math.Max(4, Count * 2));
            Array.Resize(ref _values, Math.Max(4, Count * 2));
        }

        _keys[Count] = key;
        _values[Count] = value;
        _index?.Add(new HashedKey(key), Count);
        Count++;
        if (_index is null && Count > MaxScanned)
        {
            _index = new Dictionary<HashedKey, int>(Count * 2);
            for (int i = 0; i < Count; i++)
            {
                _index.Add(new HashedKey(_keys[i]), i);
            }
        }
    }

    /// <summary>Finds the value of a hashable key.</summary>
    public bool TryGet(object? key, out object? value)
    {
        int found = Find(key);
        value = found >= 0 ? _values[found] : null;
        return found >= 0;
    }

    private int Find(object? key)
    {
        if (_index is not null)
        {
            return _index.TryGetValue(new HashedKey(key), out int found) ? found : -1;
        }

        if (key is string text)
        {
            for (int i = 0; i < Count; i++)
            {
                if (_keys[i] is string other ? other == text : _keys[i] is Markup markup && markup.Text == text)
                {
                    return i;
                }
            }

            return -1;
        }

        for (int i = 0; i < Count; i++)
        {
            if (PythonKeys.AreEqual(_keys[i], key))
            {
                return i;
            }
        }

        return -1;
    }

    private readonly struct HashedKey(object? key) : IEquatable<HashedKey>
    {
        private readonly object? _key = key;

        public bool Equals(HashedKey other) => PythonKeys.AreEqual(_key, other._key);

        public override bool Equals(object? obj) => obj is HashedKey other && Equals(other);

        public override int GetHashCode() => PythonKeys.HashOf(_key);
    }
}
