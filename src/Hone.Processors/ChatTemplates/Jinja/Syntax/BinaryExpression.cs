using Hone.Processors.ChatTemplates.Jinja.Python;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>An operator between two values.</summary>
internal sealed class BinaryExpression(BinaryOperator sign, Expression left, Expression right) : Expression
{
    public override IEnumerable<Node> Children => [left, right];

    public override object? Evaluate(Frame frame)
    {
        object? a = left.Evaluate(frame);
        if (sign is BinaryOperator.And or BinaryOperator.Or)
        {
            return PythonOperators.IsTrue(a) == (sign == BinaryOperator.Or) ? a : right.Evaluate(frame);
        }

        object? b = right.Evaluate(frame);
        RenderState state = frame.State;
        return sign switch
        {
            BinaryOperator.Add => PythonArithmetic.Add(state, a, b),
            BinaryOperator.Subtract => PythonArithmetic.Subtract(a, b),
            BinaryOperator.Multiply => PythonArithmetic.Multiply(state, a, b),
            BinaryOperator.Divide => PythonArithmetic.Divide(a, b),
            BinaryOperator.FloorDivide => PythonArithmetic.FloorDivide(a, b),
            BinaryOperator.Modulo => PythonArithmetic.Modulo(state, a, b),
            _ => PythonArithmetic.Power(a, b),
        };
    }
}
