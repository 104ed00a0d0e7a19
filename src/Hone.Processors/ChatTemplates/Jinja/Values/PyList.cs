namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>Python's <c>list</c>.</summary>
internal sealed class PyList(object?[] items) : PySequence(items);
