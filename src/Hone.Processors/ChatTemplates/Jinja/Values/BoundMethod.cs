namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>A method together with its value.</summary>
internal sealed class BoundMethod(object self, Method method) : PyCallable(method.Name)
{
    public override string TypeName => "builtin_function_or_method";

    public object Self => self;

    public override object? Call(RenderState state, CallArguments arguments) => method.Call(state, self, arguments);
}
