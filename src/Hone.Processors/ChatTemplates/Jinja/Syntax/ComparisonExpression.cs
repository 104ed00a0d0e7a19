using Hone.Processors.ChatTemplates.Jinja.Python;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>A chain of comparisons: <c>a &lt; b &lt; c</c>.</summary>
internal sealed class ComparisonExpression(Expression first, (string Sign, Expression Value)[] rest) : Expression
{
    public override IEnumerable<Node> Children => [first, .. rest.Select(part => part.Value)];

    public override object? Evaluate(Frame frame)
    {
        object? left = first.Evaluate(frame);
        bool holds = true;
        for (int i = 0; i < rest.Length && holds; i++)
        {
            object? right = rest[i].Value.Evaluate(frame);
            holds = Holds(frame.State, left, rest[i].Sign, right);
            left = right;
        }

        return holds;
    }

    private static bool Holds(RenderState state, object? left, string sign, object? right) => sign switch
    {
        "==" => PythonOperators.AreEqual(state, left, right),
        "!=" => !PythonOperators.AreEqual(state, left, right),
        "in" => PythonOperators.Contains(state, right, left),
        "not in" => !PythonOperators.Contains(state, right, left),
        "<" => PythonOperators.Compare(state, left, right, sign) < 0,
        "<=" => PythonOperators.Compare(state, left, right, sign) <= 0,
        ">" => PythonOperators.Compare(state, left, right, sign) > 0,
        _ => PythonOperators.Compare(state, left, right, sign) >= 0,
    };
}
