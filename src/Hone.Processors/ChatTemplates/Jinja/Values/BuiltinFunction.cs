namespace Hone.Processors.ChatTemplates.Jinja.Values;

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
