using Hone.Processors.ChatTemplates.Jinja.Python;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>autoescape on</c> … <c>endautoescape</c>.</summary>
internal sealed class AutoescapeStatement(Expression isOn, Statement[] body) : Statement
{
    private Entry? _entry;

    public override IEnumerable<Node> Children => [isOn, .. body];

    public override void Analyze(Symbols symbols)
    {
    }

    public override void Bind(Scope scope)
    {
        Scope inner = scope.Inner();
        base.Analyze(inner.Symbols);
        base.Bind(inner);
        _entry = inner.Entry();
    }

    public override Flow Execute(Frame frame)
    {
        RenderState state = frame.State;
        bool before = state.Autoescape;
        _entry!.Enter(frame);
        state.Autoescape = PythonOperators.IsTrue(isOn.Evaluate(frame));
        Flow flow = Writing.Run(frame, body);
        state.Autoescape = before;
        _entry.Leave(frame);
        return flow;
    }
}
