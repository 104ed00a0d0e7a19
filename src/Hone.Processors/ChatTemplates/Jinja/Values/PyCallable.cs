namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>Something a template can call.</summary>
internal abstract class PyCallable(string name)
{
    public string Name { get; } = name;

    /// <summary>Name of its class in Python.</summary>
    public virtual string TypeName => "function";

    public abstract object? Call(RenderState state, CallArguments arguments);
}
