using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

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
                Writing.Value(frame, ((Expression)part).Evaluate(frame));
            }
        }

        frame.State.CheckOutput(frame.Output);
        return Flow.Normal;
    }
}

/// <summary>Text between tags.</summary>
internal sealed class TextNode(string text) : Node
{
    public string Text => text;
}

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

/// <summary><c>if</c> with its <c>elif</c> and <c>else</c>.</summary>
internal sealed class IfStatement(Expression test, Statement[] body, IfStatement[] alternatives, Statement[] otherwise) : Statement
{
    public override IEnumerable<Node> Children => [test, .. body, .. alternatives, .. otherwise];

    public override void Analyze(Symbols symbols)
    {
        test.Analyze(symbols);
        symbols.Branch(body, alternatives, otherwise);
    }

    public override void Bind(Scope scope) => base.Bind(scope.Conditional());

    public override Flow Execute(Frame frame)
    {
        if (PythonOperators.IsTrue(test.Evaluate(frame)))
        {
            return Writing.Run(frame, body);
        }

        foreach (IfStatement alternative in alternatives)
        {
            frame.State.Line = alternative.Line;
            frame.State.Charge(alternative.Cost);
            if (PythonOperators.IsTrue(alternative.Test.Evaluate(frame)))
            {
                return Writing.Run(frame, alternative.Body);
            }
        }

        return Writing.Run(frame, otherwise);
    }

    private Expression Test => test;

    private Statement[] Body => body;
}

/// <summary><c>set target = value</c>.</summary>
internal sealed class SetStatement(Expression target, Expression value) : Statement
{
    public override IEnumerable<Node> Children => [target, value];

    public override void Analyze(Symbols symbols)
    {
        value.Analyze(symbols);
        target.Analyze(symbols);
    }

    public override Flow Execute(Frame frame)
    {
        Require(frame, target);
        Writing.Assign(frame, target, value.Evaluate(frame));
        return Flow.Normal;
    }

    private static void Require(Frame frame, Expression target)
    {
        (target as NamespaceTarget)?.Require(frame);
        foreach (Expression item in (target as TupleExpression)?.Items ?? [])
        {
            Require(frame, item);
        }
    }
}

/// <summary><c>set target</c> … <c>endset</c>: assigns what the body writes.</summary>
internal sealed class SetBlockStatement(Expression target, FilterExpression? filter, Statement[] body) : Statement
{
    private Entry? _entry;

    public override IEnumerable<Node> Children => [target, .. new[] { filter }.OfType<Node>(), .. body];

    public override void Analyze(Symbols symbols) => target.Analyze(symbols);

    public override void Bind(Scope scope)
    {
        target.Bind(scope);
        Scope inner = scope.Inner();
        foreach (Statement statement in body)
        {
            statement.Analyze(inner.Symbols);
        }

        filter?.Analyze(inner.Symbols);
        foreach (Statement statement in body)
        {
            statement.Bind(inner);
        }

        filter?.Bind(inner);
        _entry = inner.Entry();
    }

    public override Flow Execute(Frame frame)
    {
        _entry!.Enter(frame);
        (Flow flow, string text) = Writing.Capture(frame, body);
        if (flow != Flow.Normal)
        {
            return flow;
        }

        object? value = frame.State.Autoescape ? new Markup(text) : text;
        value = filter is null ? value : filter.Apply(frame, value);
        Writing.Assign(frame, target, frame.State.Autoescape && value is string plain ? new Markup(plain) : value);
        _entry.Leave(frame);
        return Flow.Normal;
    }
}

/// <summary><c>filter name</c> … <c>endfilter</c>.</summary>
internal sealed class FilterBlockStatement(FilterExpression filter, Statement[] body) : Statement
{
    private Entry? _entry;

    public override IEnumerable<Node> Children => [.. body, filter];

    public override void Analyze(Symbols symbols) => filter.Analyze(symbols);

    public override void Bind(Scope scope)
    {
        Scope inner = scope.Inner();
        base.Analyze(inner.Symbols);
        base.Bind(inner);
        _entry = inner.Entry();
    }

    public override Flow Execute(Frame frame)
    {
        _entry!.Enter(frame);
        (Flow flow, string text) = Writing.Capture(frame, body);
        if (flow == Flow.Normal)
        {
            Writing.Text(frame, filter.Apply(frame, frame.State.Autoescape ? new Markup(text) : text));
        }

        _entry.Leave(frame);
        return flow;
    }
}

/// <summary><c>with name = value</c> … <c>endwith</c>.</summary>
internal sealed class WithStatement(Expression[] targets, Expression[] values, Statement[] body) : Statement
{
    private Entry? _entry;

    public override IEnumerable<Node> Children => [.. targets, .. values, .. body];

    public override void Analyze(Symbols symbols)
    {
        foreach (Expression value in values)
        {
            value.Analyze(symbols);
        }
    }

    public override void Bind(Scope scope)
    {
        Scope inner = scope.Inner();
        Node[] inside = [.. targets, .. body];
        foreach (Node node in inside)
        {
            node.Analyze(inner.Symbols);
        }

        foreach (Expression value in values)
        {
            value.Bind(scope);
        }

        foreach (Node node in inside)
        {
            node.Bind(inner);
        }

        _entry = inner.Entry();
    }

    public override Flow Execute(Frame frame)
    {
        _entry!.Enter(frame);
        for (int i = 0; i < targets.Length; i++)
        {
            Writing.Assign(frame, targets[i], values[i].Evaluate(frame));
        }

        Flow flow = Writing.Run(frame, body);
        _entry.Leave(frame);
        return flow;
    }
}

/// <summary><c>autoescape on</c> … <c>endautoescape</c>.</summary>
internal sealed class AutoescapeStatement(Expression isOn, Statement[] body) : Statement
{
    private Entry? _entry;

    public override IEnumerable<Node> Children => [isOn, .. body];

    public override void Analyze(Symbols symbols)
    {
    }

    public override void Bind(Scope scope)
    {
        Scope inner = scope.Inner();
        base.Analyze(inner.Symbols);
        base.Bind(inner);
        _entry = inner.Entry();
    }

    public override Flow Execute(Frame frame)
    {
        RenderState state = frame.State;
        bool before = state.Autoescape;
        _entry!.Enter(frame);
        state.Autoescape = PythonOperators.IsTrue(isOn.Evaluate(frame));
        Flow flow = Writing.Run(frame, body);
        state.Autoescape = before;
        _entry.Leave(frame);
        return flow;
    }
}

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
