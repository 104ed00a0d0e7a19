namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>Python's <c>tuple</c>.</summary>
internal class PyTuple(params object?[] items) : PySequence(items)
{
    public static readonly PyTuple Empty = new([]);
}
