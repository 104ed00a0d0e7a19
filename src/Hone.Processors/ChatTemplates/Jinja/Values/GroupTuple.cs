namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>One result of <c>groupby</c>: a pair whose halves also have names.</summary>
internal sealed class GroupTuple(object? grouper, PyList list) : PyTuple(grouper, list);
