using Hone.Processors.ChatTemplates.Jinja.Python;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>The sign or <c>not</c> before a value.</summary>
internal sealed class UnaryExpression(UnaryOperator sign, Expression value) : Expression
{
    public override IEnumerable<Node> Children => [value];

    public override object? Evaluate(Frame frame)
    {
        object? operand = value.Evaluate(frame);
        return sign switch
        {
            UnaryOperator.Not => !PythonOperators.IsTrue(operand),
            UnaryOperator.Negate => PythonArithmetic.Negate(operand),
            _ => PythonArithmetic.Plus(operand),
        };
    }
}
