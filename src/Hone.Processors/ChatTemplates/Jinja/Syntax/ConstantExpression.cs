namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>A literal.</summary>
internal sealed class ConstantExpression(object? value) : Expression
{
    public object? Value => value;

    public override object? Evaluate(Frame frame) => value;
}
