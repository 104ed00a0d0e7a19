using Hone.Processors.ChatTemplates.Jinja.Library;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>value | filter(…)</c>; without a value, the filter of a block.</summary>
internal sealed class FilterExpression(Expression? value, string name, ArgumentList arguments) : Expression
{
    private BuiltinFunction? _filter;

    public override IEnumerable<Node> Children => value is null ? arguments.Children : [value, .. arguments.Children];

    public override void Bind(Scope scope)
    {
        base.Bind(scope);
        _filter = Filters.Find(name);
        if (_filter is null && !scope.IsConditional)
        {
            throw new TemplateSyntaxException($"No filter named '{name}'.", Line, "TemplateAssertionError");
        }
    }

    public override object? Evaluate(Frame frame) => Apply(frame, Missing.Value);

    /// <summary>Filters the text of a block; the innermost filter of a chain takes it.</summary>
    public object? Apply(Frame frame, object? blockText)
    {
        object? input = value switch
        {
            null => blockText,
            FilterExpression inner => inner.Apply(frame, blockText),
            _ => value.Evaluate(frame),
        };
        CallArguments given = arguments.Evaluate(frame).Prepend(input);
        return _filter is null ? throw PythonException.Runtime($"No filter named '{name}' found.") : _filter.Call(frame.State, given);
    }
}
