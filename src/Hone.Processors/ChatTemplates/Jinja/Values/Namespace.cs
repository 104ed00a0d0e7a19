namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>The one object whose attributes a template may set.</summary>
internal sealed class Namespace(PyDict attributes)
{
    public PyDict Attributes { get; } = attributes;
}
