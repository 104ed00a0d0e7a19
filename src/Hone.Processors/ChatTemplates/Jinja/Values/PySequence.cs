namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>A list or a tuple; never changed once a template can see it, as the sandbox forbids every change.</summary>
internal abstract class PySequence(object?[] items)
{
    public object?[] Items { get; } = items;

    public int Count => Items.Length;
}
