namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>break</c> or <c>continue</c>.</summary>
internal sealed class LoopControlStatement(Flow flow) : Statement
{
    public override void Bind(Scope scope)
    {
        if (!scope.IsInLoop)
        {
            throw new TemplateSyntaxException(flow == Flow.Break ? "'break' outside loop" : "'continue' not properly in loop", Line, "SyntaxError");
        }
    }

    public override Flow Execute(Frame frame) => flow;
}
