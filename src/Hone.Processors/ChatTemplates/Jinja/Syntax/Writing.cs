using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>Writes values to the output of an activation, and runs bodies.</summary>
internal static class Writing
{
    /// <summary>Prints a value, escaped if autoescape is on.</summary>
    public static void Value(Frame frame, object? value)
    {
        RenderState state = frame.State;
        string text = state.Autoescape ? Markup.Escape(state, value).Text : PythonOperators.Str(state, value);
        state.ChargeText(text.Length);
        frame.Output.Append(text);
    }

    /// <summary>Writes the result of a call or filter block, which must be text.</summary>
    public static void Text(Frame frame, object? value)
    {
        if (!PythonTypes.TryText(value, out string text))
        {
            throw PythonException.Type($"sequence item: expected str instance, {PythonTypes.NameOf(value)} found");
        }

        frame.State.ChargeText(text.Length);
        frame.Output.Append(text);
        frame.State.CheckOutput(frame.Output);
    }

    /// <summary>Executes statements until one of them leaves the loop around them.</summary>
    public static Flow Run(Frame frame, Statement[] body)
    {
        RenderState state = frame.State;
        foreach (Statement statement in body)
        {
            state.Charge(statement.Cost);
            state.Line = statement.Line;
            Flow flow = statement.Execute(frame);
            if (flow != Flow.Normal)
            {
                return flow;
            }
        }

        return Flow.Normal;
    }

    /// <summary>Executes statements and collects what they write.</summary>
    public static (Flow Flow, string Text) Capture(Frame frame, Statement[] body)
    {
        StringBuilder outer = frame.Output;
        frame.Output = new StringBuilder();
        Flow flow = Run(frame, body);
        string text = frame.Output.ToString();
        frame.Output = outer;
        return (flow, text);
    }

    /// <summary>Assigns to a name, a namespace's attribute or a tuple of them.</summary>
    public static void Assign(Frame frame, Expression target, object? value)
    {
        switch (target)
        {
            case NameExpression name:
                name.Assign(frame, value);
                break;
            case NamespaceTarget attribute:
                attribute.Assign(frame, value);
                break;
            case TupleExpression tuple:
                Unpack(frame, tuple.Items, value);
                break;
        }
    }

    private static void Unpack(Frame frame, Expression[] targets, object? value)
    {
        if (!PythonTypes.IsIterable(value))
        {
            throw PythonException.Type($"cannot unpack non-iterable {PythonTypes.NameOf(value)} object");
        }

        object?[] items = PythonOperators.Items(frame.State, value);
        if (items.Length != targets.Length)
        {
            throw PythonException.Value(items.Length < targets.Length
                ? $"not enough values to unpack (expected {targets.Length}, got {items.Length})"
                : $"too many values to unpack (expected {targets.Length})");
        }

        for (int i = 0; i < items.Length; i++)
        {
            Assign(frame, targets[i], items[i]);
        }
    }
}
