using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>A list.</summary>
internal sealed class ListExpression(Expression[] items) : Expression
{
    public override IEnumerable<Node> Children => items;

    public override object? Evaluate(Frame frame) => new PyList(TupleExpression.EvaluateAll(frame, items));
}
