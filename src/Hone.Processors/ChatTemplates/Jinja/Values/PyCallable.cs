namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>Something a template can call.</summary>
internal abstract class PyCallable(string name)
{
    public string Name { get; } = name;

    /// <summary>Name of its class in Python.</summary>
    public virtual string TypeName => "function";

    public abstract object? Call(RenderState state, CallArguments arguments);
}

/// <summary>A function of the library.</summary>
internal sealed class BuiltinFunction(string name, string signature, Func<RenderState, object?[], object?> body, string typeName = "function") : PyCallable(name)
{
    private readonly Signature _signature = new(name, signature);

    public override string TypeName => typeName;

    public override object? Call(RenderState state, CallArguments arguments)
    {
        state.Charge(1);
        return body(state, _signature.Bind(arguments));
    }
}

/// <summary>A method of a value type: its parameters and what it does to the value.</summary>
internal sealed class Method(string name, string signature, Func<RenderState, object, object?[], object?> body)
{
    private readonly Signature _signature = new(name, signature);

    public string Name { get; } = name;

    public object? Call(RenderState state, object self, CallArguments arguments)
    {
        state.Charge(1);
        return body(state, self, _signature.Bind(arguments));
    }
}

/// <summary>A method together with its value.</summary>
internal sealed class BoundMethod(object self, Method method) : PyCallable(method.Name)
{
    public override string TypeName => "builtin_function_or_method";

    public object Self => self;

    public override object? Call(RenderState state, CallArguments arguments) => method.Call(state, self, arguments);
}
