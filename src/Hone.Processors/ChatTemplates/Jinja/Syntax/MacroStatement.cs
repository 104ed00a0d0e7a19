using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>macro name(…)</c> … <c>endmacro</c>.</summary>
internal sealed class MacroStatement(NameExpression name, MacroDefinition definition) : Statement
{
    public override IEnumerable<Node> Children => definition.Children;

    public override void Analyze(Symbols symbols) => symbols.StoreName(name.Name);

    public override void Bind(Scope scope)
    {
        name.Bind(scope);
        definition.Bind(scope, Line);
    }

    public override Flow Execute(Frame frame)
    {
        name.Assign(frame, new Macro(definition, frame, frame.State.Autoescape));
        return Flow.Normal;
    }
}
