using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>A tuple, as a value or as the target of an assignment.</summary>
internal sealed class TupleExpression(Expression[] items) : Expression
{
    public Expression[] Items => items;

    public override IEnumerable<Node> Children => items;

    public override object? Evaluate(Frame frame) => new PyTuple(EvaluateAll(frame, items));

    internal static object?[] EvaluateAll(Frame frame, Expression[] items)
    {
        var values = new object?[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            values[i] = items[i].Evaluate(frame);
        }

        return values;
    }
}
