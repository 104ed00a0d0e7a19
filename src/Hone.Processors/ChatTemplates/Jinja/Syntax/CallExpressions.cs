using Hone.Processors.ChatTemplates.Jinja.Library;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>The arguments as written: positional, by keyword, and unpacked with <c>*</c> and <c>**</c>.</summary>
internal sealed record ArgumentList(Expression[] Positional, (string Name, Expression Value)[] Named, Expression? Rest, Expression? Keywords)
{
    public static readonly ArgumentList None = new([], [], null, null);

    public IEnumerable<Node> Children => [.. Positional, .. Named.Select(argument => argument.Value), .. new[] { Rest, Keywords }.OfType<Node>()];

    public CallArguments Evaluate(Frame frame)
    {
        object?[] positional = TupleExpression.EvaluateAll(frame, Positional);
        PyDict? named = Named.Length > 0 || Keywords is not null ? new PyDict() : null;
        foreach ((string name, Expression value) in Named)
        {
            named!.Set(name, value.Evaluate(frame));
        }

        if (Rest is not null)
        {
            positional = [.. positional, .. PythonOperators.Items(frame.State, Rest.Evaluate(frame))];
        }

        if (Keywords is not null)
        {
            AddKeywords(frame.State, Keywords.Evaluate(frame), named!);
        }

        return new CallArguments(positional, named is { Count: > 0 } ? named : null);
    }

    private static void AddKeywords(RenderState state, object? keywords, PyDict named)
    {
        PyDict dict = keywords as PyDict ?? throw PythonException.Type($"argument after ** must be a mapping, not {PythonTypes.NameOf(keywords)}");
        state.ChargeItems(dict.Count);
        for (int i = 0; i < dict.Count; i++)
        {
            string name = PythonTypes.TryText(dict.KeyAt(i), out string text) ? text : throw PythonException.Type("keywords must be strings");
            if (named.TryGet(name, out _))
            {
                throw PythonException.Type($"got multiple values for keyword argument '{name}'");
            }

            named.Set(name, dict.ValueAt(i));
        }
    }
}

/// <summary>A call.</summary>
internal sealed class CallExpression(Expression callee, ArgumentList arguments) : Expression
{
    public override IEnumerable<Node> Children => [callee, .. arguments.Children];

    public override object? Evaluate(Frame frame) => Evaluate(frame, null);

    /// <summary>Calls with the body of a call block as <c>caller</c>.</summary>
    public object? Evaluate(Frame frame, Macro? caller)
    {
        object? function = callee.Evaluate(frame);
        CallArguments given = arguments.Evaluate(frame);
        if (caller is not null)
        {
            var named = new PyDict();
            for (int i = 0; i < (given.Named?.Count ?? 0); i++)
            {
                named.Set(given.Named!.KeyAt(i), given.Named.ValueAt(i));
            }

            named.Set("caller", caller);
            given = new CallArguments(given.Positional, named);
        }

        return Invoke(frame.State, function, given);
    }

    internal static object? Invoke(RenderState state, object? function, CallArguments arguments)
    {
        if (function is PyCallable callable)
        {
            return callable.Call(state, arguments);
        }

        (function as Undefined)?.Fail();
        throw PythonException.Type($"'{PythonTypes.NameOf(function)}' object is not callable");
    }
}

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
