namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>A generator or iterator: gives its items once, is always true and has no length.</summary>
internal sealed class PyIterator(string typeName, IEnumerable<object?> items)
{
    private readonly IEnumerator<object?> _items = items.GetEnumerator();

    public string TypeName { get; } = typeName;

    /// <summary>Takes the next item.</summary>
    public bool TryNext(out object? item)
    {
        bool any = _items.MoveNext();
        item = any ? _items.Current : null;
        return any;
    }
}
