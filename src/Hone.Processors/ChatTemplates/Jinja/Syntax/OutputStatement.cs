namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>Text of the template and printed values, in order.</summary>
internal sealed class OutputStatement(Node[] parts) : Statement
{
    public override IEnumerable<Node> Children => parts;

    public override Flow Execute(Frame frame)
    {
        foreach (Node part in parts)
        {
            if (part is TextNode text)
            {
                frame.Output.Append(text.Text);
            }
            else
            {
                frame.State.Line = part.Line;
                Writing.Value(frame, ((Expression)part).Evaluate(frame));
            }
        }

        frame.State.CheckOutput(frame.Output);
        return Flow.Normal;
    }
}
