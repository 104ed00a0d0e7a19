using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>value[key]</c>.</summary>
internal sealed class ItemExpression(Expression value, Expression key) : Expression
{
    public override IEnumerable<Node> Children => [value, key];

    public override object? Evaluate(Frame frame)
    {
        object? container = value.Evaluate(frame);
        object? index = key.Evaluate(frame);
        return key is SliceExpression ? Subscripts.Slice(frame.State, container, (PySlice)index!) : Subscripts.Item(frame.State, container, index);
    }
}
