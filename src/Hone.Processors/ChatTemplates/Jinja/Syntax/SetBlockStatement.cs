using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>set target</c> … <c>endset</c>: assigns what the body writes.</summary>
internal sealed class SetBlockStatement(Expression target, FilterExpression? filter, Statement[] body) : Statement
{
    private Entry? _entry;

    public override IEnumerable<Node> Children => [target, .. new[] { filter }.OfType<Node>(), .. body];

    public override void Analyze(Symbols symbols) => target.Analyze(symbols);

    public override void Bind(Scope scope)
    {
        target.Bind(scope);
        Scope inner = scope.Inner();
        foreach (Statement statement in body)
        {
            statement.Analyze(inner.Symbols);
        }

        filter?.Analyze(inner.Symbols);
        foreach (Statement statement in body)
        {
            statement.Bind(inner);
        }

        filter?.Bind(inner);
        _entry = inner.Entry();
    }

    public override Flow Execute(Frame frame)
    {
        _entry!.Enter(frame);
        (Flow flow, string text) = Writing.Capture(frame, body);
        if (flow != Flow.Normal)
        {
            return flow;
        }

        object? value = frame.State.Autoescape ? new Markup(text) : text;
        value = filter is null ? value : filter.Apply(frame, value);
        Writing.Assign(frame, target, frame.State.Autoescape && value is string plain ? new Markup(plain) : value);
        _entry.Leave(frame);
        return Flow.Normal;
    }
}
