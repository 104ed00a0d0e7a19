using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>call(…) macro(…)</c> … <c>endcall</c>.</summary>
internal sealed class CallBlockStatement(CallExpression call, MacroDefinition definition) : Statement
{
    public override IEnumerable<Node> Children => [call, .. definition.Children];

    public override void Analyze(Symbols symbols) => call.Analyze(symbols);

    public override void Bind(Scope scope)
    {
        call.Bind(scope);
        definition.Bind(scope, Line);
    }

    public override Flow Execute(Frame frame)
    {
        var caller = new Macro(definition, frame, frame.State.Autoescape);
        Writing.Text(frame, call.Evaluate(frame, caller));
        return Flow.Normal;
    }
}
