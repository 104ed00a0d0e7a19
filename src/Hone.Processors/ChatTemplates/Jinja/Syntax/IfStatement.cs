using Hone.Processors.ChatTemplates.Jinja.Python;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>if</c> with its <c>elif</c> and <c>else</c>.</summary>
internal sealed class IfStatement(Expression test, Statement[] body, IfStatement[] alternatives, Statement[] otherwise) : Statement
{
    public override IEnumerable<Node> Children => [test, .. body, .. alternatives, .. otherwise];

    public override void Analyze(Symbols symbols)
    {
        test.Analyze(symbols);
        symbols.Branch(body, alternatives, otherwise);
    }

    public override void Bind(Scope scope) => base.Bind(scope.Conditional());

    public override Flow Execute(Frame frame)
    {
        if (PythonOperators.IsTrue(test.Evaluate(frame)))
        {
            return Writing.Run(frame, body);
        }

        foreach (IfStatement alternative in alternatives)
        {
            frame.State.Line = alternative.Line;
            frame.State.Charge(alternative.Cost);
            if (PythonOperators.IsTrue(alternative.Test.Evaluate(frame)))
            {
                return Writing.Run(frame, alternative.Body);
            }
        }

        return Writing.Run(frame, otherwise);
    }

    private Expression Test => test;

    private Statement[] Body => body;
}
