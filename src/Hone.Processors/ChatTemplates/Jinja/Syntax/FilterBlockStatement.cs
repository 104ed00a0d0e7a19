using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>filter name</c> … <c>endfilter</c>.</summary>
internal sealed class FilterBlockStatement(FilterExpression filter, Statement[] body) : Statement
{
    private Entry? _entry;

    public override IEnumerable<Node> Children => [.. body, filter];

    public override void Analyze(Symbols symbols) => filter.Analyze(symbols);

    public override void Bind(Scope scope)
    {
        Scope inner = scope.Inner();
        base.Analyze(inner.Symbols);
        base.Bind(inner);
        _entry = inner.Entry();
    }

    public override Flow Execute(Frame frame)
    {
        _entry!.Enter(frame);
        (Flow flow, string text) = Writing.Capture(frame, body);
        if (flow == Flow.Normal)
        {
            Writing.Text(frame, filter.Apply(frame, frame.State.Autoescape ? new Markup(text) : text));
        }

        _entry.Leave(frame);
        return flow;
    }
}
