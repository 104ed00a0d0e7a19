using Hone.Processors.ChatTemplates.Jinja.Library;
using Hone.Processors.ChatTemplates.Jinja.Syntax;

namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>A macro, or the body of a call block, together with the variables around its definition.</summary>
internal sealed class Macro(MacroDefinition definition, Frame outer, bool isEscaping) : PyCallable(definition.Name)
{
    public override string TypeName => "Macro";

    public bool TryAttribute(string name, out object? attribute)
    {
        attribute = name switch
        {
            "name" => Name.Length == 0 ? null : Name,
            "arguments" => new PyTuple([.. definition.Parameters.Select(parameter => (object?)parameter.Name)]),
            "catch_kwargs" => definition.TakesKeywords,
            "catch_varargs" => definition.TakesRest,
            "caller" => definition.TakesCaller,
            "explicit_caller" => definition.HasExplicitCaller,
            _ => Missing.Value,
        };
        return Argument.IsGiven(attribute);
    }

    public override object? Call(RenderState state, CallArguments arguments)
    {
        state.Charge(1);
        state.Enter();
        string text = definition.Render(state, outer, arguments, isEscaping);
        state.Leave();
        return state.Autoescape ? new Markup(text) : text;
    }
}
