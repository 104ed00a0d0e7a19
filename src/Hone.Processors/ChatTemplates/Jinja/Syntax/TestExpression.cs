using Hone.Processors.ChatTemplates.Jinja.Library;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>value is test(…)</c>.</summary>
internal sealed class TestExpression(Expression value, string name, ArgumentList arguments) : Expression
{
    private BuiltinFunction? _test;

    public override IEnumerable<Node> Children => [value, .. arguments.Children];

    public override void Bind(Scope scope)
    {
        base.Bind(scope);
        _test = Tests.Find(name);
        if (_test is null && !scope.IsConditional)
        {
            throw new TemplateSyntaxException($"No test named '{name}'.", Line, "TemplateAssertionError");
        }
    }

    public override object? Evaluate(Frame frame)
    {
        object? tested = value.Evaluate(frame);
        CallArguments given = arguments.Evaluate(frame).Prepend(tested);
        return _test is null ? throw PythonException.Runtime($"No test named '{name}' found.") : _test.Call(frame.State, given);
    }
}
