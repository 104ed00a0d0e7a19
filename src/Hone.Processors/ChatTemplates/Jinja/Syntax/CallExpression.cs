using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>A call.</summary>
internal sealed class CallExpression(Expression callee, ArgumentList arguments) : Expression
{
    public override IEnumerable<Node> Children => [callee, .. arguments.Children];

    public override object? Evaluate(Frame frame) => Evaluate(frame, null);

    /// <summary>Calls with the body of a call block as <c>caller</c>.</summary>
    public object? Evaluate(Frame frame, Macro? caller)
    {
        object? function = callee.Evaluate(frame);
        CallArguments given = arguments.Evaluate(frame);
        if (caller is not null)
        {
            var named = new PyDict();
            for (int i = 0; i < (given.Named?.Count ?? 0); i++)
            {
                named.Set(given.Named!.KeyAt(i), given.Named.ValueAt(i));
            }

            named.Set("caller", caller);
            given = new CallArguments(given.Positional, named);
        }

        return Invoke(frame.State, function, given);
    }

    internal static object? Invoke(RenderState state, object? function, CallArguments arguments)
    {
        if (function is PyCallable callable)
        {
            return callable.Call(state, arguments);
        }

        (function as Undefined)?.Fail();
        throw PythonException.Type($"'{PythonTypes.NameOf(function)}' object is not callable");
    }
}
