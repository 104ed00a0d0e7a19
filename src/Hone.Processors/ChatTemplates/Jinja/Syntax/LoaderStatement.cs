namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>include</c>, <c>import</c>, <c>from</c> and <c>extends</c>: they parse, but a chat template has no other templates to load.</summary>
internal sealed class LoaderStatement(Expression template, string[] names, bool isExtends) : Statement
{
    public override IEnumerable<Node> Children => [template];

    public override void Analyze(Symbols symbols)
    {
        template.Analyze(symbols);
        foreach (string name in names)
        {
            symbols.StoreName(name);
        }
    }

    public override void Bind(Scope scope)
    {
        base.Bind(scope);
        if (isExtends && !scope.IsTopLevel)
        {
            throw new TemplateSyntaxException("cannot use extend from a non top-level scope", Line, "TemplateAssertionError");
        }
    }

    public override Flow Execute(Frame frame)
    {
        template.Evaluate(frame);
        throw PythonException.Type("no loader for this environment specified");
    }
}
