using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>a if test else b</c>.</summary>
internal sealed class ConditionalExpression(Expression test, Expression whenTrue, Expression? whenFalse) : Expression
{
    public override IEnumerable<Node> Children => new[] { test, whenTrue, whenFalse }.OfType<Node>();

    public override void Bind(Scope scope) => base.Bind(scope.Conditional());

    public override object? Evaluate(Frame frame)
    {
        if (PythonOperators.IsTrue(test.Evaluate(frame)))
        {
            return whenTrue.Evaluate(frame);
        }

        return whenFalse is not null
            ? whenFalse.Evaluate(frame)
            : Undefined.WithHint($"the inline if-expression on line {Line} evaluated to false and no else section was defined.");
    }
}
