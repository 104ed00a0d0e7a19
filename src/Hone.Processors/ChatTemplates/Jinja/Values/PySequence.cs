namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>A list or a tuple; never changed once a template can see it, as the sandbox forbids every change.</summary>
internal abstract class PySequence(object?[] items)
{
    public object?[] Items { get; } = items;

    public int Count => Items.Length;
}

/// <summary>Python's <c>list</c>.</summary>
internal sealed class PyList(object?[] items) : PySequence(items);

/// <summary>Python's <c>tuple</c>.</summary>
internal class PyTuple(params object?[] items) : PySequence(items)
{
    public static readonly PyTuple Empty = new([]);
}

/// <summary>One result of <c>groupby</c>: a pair whose halves also have names.</summary>
internal sealed class GroupTuple(object? grouper, PyList list) : PyTuple(grouper, list);
