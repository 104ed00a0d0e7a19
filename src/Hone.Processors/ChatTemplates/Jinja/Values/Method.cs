namespace Hone.Processors.ChatTemplates.Jinja.Values;

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
