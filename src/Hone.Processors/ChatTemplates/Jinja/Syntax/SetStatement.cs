namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>set target = value</c>.</summary>
internal sealed class SetStatement(Expression target, Expression value) : Statement
{
    public override IEnumerable<Node> Children => [target, value];

    public override void Analyze(Symbols symbols)
    {
        value.Analyze(symbols);
        target.Analyze(symbols);
    }

    public override Flow Execute(Frame frame)
    {
        Require(frame, target);
        Writing.Assign(frame, target, value.Evaluate(frame));
        return Flow.Normal;
    }

    private static void Require(Frame frame, Expression target)
    {
        (target as NamespaceTarget)?.Require(frame);
        foreach (Expression item in (target as TupleExpression)?.Items ?? [])
        {
            Require(frame, item);
        }
    }
}
