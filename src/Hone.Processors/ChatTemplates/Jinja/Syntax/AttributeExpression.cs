using Hone.Processors.ChatTemplates.Jinja.Python;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>value.name</c>.</summary>
internal sealed class AttributeExpression(Expression value, string name) : Expression
{
    public override IEnumerable<Node> Children => [value];

    public override object? Evaluate(Frame frame) => Subscripts.Attribute(frame.State, value.Evaluate(frame), name);
}
