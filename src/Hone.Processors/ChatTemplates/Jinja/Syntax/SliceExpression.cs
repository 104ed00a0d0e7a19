using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>start:stop:step</c> between brackets.</summary>
internal sealed class SliceExpression(Expression? start, Expression? stop, Expression? step) : Expression
{
    public override IEnumerable<Node> Children => new[] { start, stop, step }.OfType<Node>();

    public override object? Evaluate(Frame frame) => new PySlice(start?.Evaluate(frame), stop?.Evaluate(frame), step?.Evaluate(frame));
}
