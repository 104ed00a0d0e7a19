using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>Texts joined with <c>~</c>.</summary>
internal sealed class ConcatExpression(Expression[] parts) : Expression
{
    public override IEnumerable<Node> Children => parts;

    public override object? Evaluate(Frame frame)
    {
        RenderState state = frame.State;
        object?[] values = TupleExpression.EvaluateAll(frame, parts);
        bool isMarkup = state.Autoescape && values.Any(value => value is Markup);
        var text = new StringBuilder();
        foreach (object? value in values)
        {
            string part = isMarkup ? Markup.Escape(state, value).Text : PythonOperators.Str(state, value);
            state.ChargeText(part.Length);
            text.Append(part);
            state.CheckOutput(text);
        }

        return isMarkup ? new Markup(text.ToString()) : text.ToString();
    }
}
