namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>with name = value</c> … <c>endwith</c>.</summary>
internal sealed class WithStatement(Expression[] targets, Expression[] values, Statement[] body) : Statement
{
    private Entry? _entry;

    public override IEnumerable<Node> Children => [.. targets, .. values, .. body];

    public override void Analyze(Symbols symbols)
    {
        foreach (Expression value in values)
        {
            value.Analyze(symbols);
        }
    }

    public override void Bind(Scope scope)
    {
        Scope inner = scope.Inner();
        Node[] inside = [.. targets, .. body];
        foreach (Node node in inside)
        {
            node.Analyze(inner.Symbols);
        }

        foreach (Expression value in values)
        {
            value.Bind(scope);
        }

        foreach (Node node in inside)
        {
            node.Bind(inner);
        }

        _entry = inner.Entry();
    }

    public override Flow Execute(Frame frame)
    {
        _entry!.Enter(frame);
        for (int i = 0; i < targets.Length; i++)
        {
            Writing.Assign(frame, targets[i], values[i].Evaluate(frame));
        }

        Flow flow = Writing.Run(frame, body);
        _entry.Leave(frame);
        return flow;
    }
}
