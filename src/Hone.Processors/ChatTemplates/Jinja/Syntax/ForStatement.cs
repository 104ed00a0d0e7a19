using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>for target in items if test recursive</c> … <c>else</c> … <c>endfor</c>.</summary>
internal sealed class ForStatement(Expression target, Expression items, Statement[] body, Statement[] otherwise, Expression? test, bool isRecursive) : Statement
{
    /// <summary>Assigns to the target in the scope of the test, which has variables of its own.</summary>
    private Expression? _testTarget;
    private Function? _function;
    private Entry? _bodyEntry;
    private Entry? _otherwiseEntry;
    private Entry? _testEntry;
    private Place? _loop;

    public override IEnumerable<Node> Children => [target, items, .. body, .. otherwise, .. new[] { test }.OfType<Node>()];

    /// <summary>The same target once more, for the test's scope.</summary>
    public required Func<Expression> CopyTarget { get; init; }

    public override void Analyze(Symbols symbols) => items.Analyze(symbols);

    public override void Bind(Scope scope)
    {
        items.Bind(scope);
        Scope around = isRecursive ? scope.InnerFunction() : scope;
        Scope inner = isRecursive ? around with { IsInLoop = true } : scope.Inner() with { IsInLoop = true };
        _function = isRecursive ? inner.Symbols.Function : null;
        bool usesLoop = isRecursive || NameSearch.Undeclared(body, "loop").Count > 0 || NameSearch.HasScopedBlock(Children);
        if (NameSearch.StoresName(Children, "loop"))
        {
            throw new TemplateSyntaxException("Can't assign to special loop variable in for-loop target", Line, "TemplateAssertionError");
        }

        Variable? loop = usesLoop ? inner.Symbols.DeclareParameter("loop") : null;
        BindPart(inner, [target, .. body]);
        _bodyEntry = inner.Entry();
        _loop = loop is null ? null : inner.PlaceOf(loop);

        // The else branch and the test stand beside the body, not inside it.
        Scope beside = isRecursive ? new Scope(new Symbols(scope.Symbols, inner.Symbols.Function), scope.Blocks) : scope.Inner();
        BindPart(beside, otherwise);
        _otherwiseEntry = beside.Entry();
        if (test is not null)
        {
            Scope filter = isRecursive ? new Scope(new Symbols(scope.Symbols, inner.Symbols.Function), scope.Blocks) : scope.Inner();
            _testTarget = CopyTarget();
            BindPart(filter, [_testTarget, test]);
            _testEntry = filter.Entry();
        }
    }

    public override Flow Execute(Frame frame)
    {
        object? iterable = items.Evaluate(frame);
        if (_function is null)
        {
            return Loop(frame, iterable, 0);
        }

        Writing.Text(frame, Recurse(frame, iterable, 0));
        return Flow.Normal;
    }

    private static void BindPart(Scope scope, Node[] nodes)
    {
        foreach (Node node in nodes)
        {
            node.Analyze(scope.Symbols);
        }

        foreach (Node node in nodes)
        {
            node.Bind(scope);
        }
    }

    private object Recurse(Frame outer, object? iterable, int depth)
    {
        RenderState state = outer.State;
        state.Enter();
        var frame = new Frame(state, outer, _function!.SlotCount, new StringBuilder());
        Loop(frame, iterable, depth);
        state.Leave();
        string text = frame.Output.ToString();
        return state.Autoescape ? new Markup(text) : text;
    }

    private Flow Loop(Frame frame, object? iterable, int depth)
    {
        RenderState state = frame.State;
        if (test is not null)
        {
            iterable = new PyIterator("generator", Filtered(frame, iterable));
        }

        bool isUntouched = true; // as in Jinja2, continue in every round leaves it set
        if (_loop is { } place)
        {
            var context = new LoopContext(state, iterable, depth, _function is null ? null : (next, level) => Recurse(frame.Outer!, next, level)); // a recursive loop has an activation inside another
            while (context.TryNext(out object? item))
            {
                place.Set(frame, context);
                if (Round(frame, item, ref isUntouched) == Flow.Break)
                {
                    break;
                }
            }
        }
        else
        {
            foreach (object? item in PythonOperators.Iterate(state, iterable))
            {
                if (Round(frame, item, ref isUntouched) == Flow.Break)
                {
                    break;
                }
            }
        }

        _bodyEntry!.Leave(frame);
        if (!isUntouched || otherwise.Length == 0)
        {
            return Flow.Normal;
        }

        _otherwiseEntry!.Enter(frame);
        Flow flow = Writing.Run(frame, otherwise);
        _otherwiseEntry.Leave(frame);
        return flow;
    }

    private Flow Round(Frame frame, object? item, ref bool isUntouched)
    {
        frame.State.Charge(1);
        Writing.Assign(frame, target, item);
        _bodyEntry!.Enter(frame);
        Flow flow = Writing.Run(frame, body);
        isUntouched &= flow != Flow.Normal;
        return flow;
    }

    private IEnumerable<object?> Filtered(Frame frame, object? iterable)
    {
        _testEntry!.Enter(frame);
        foreach (object? item in PythonOperators.Iterate(frame.State, iterable))
        {
            frame.State.Charge(1);
            Writing.Assign(frame, _testTarget!, item);
            if (PythonOperators.IsTrue(test!.Evaluate(frame)))
            {
                yield return item;
            }
        }
    }
}
