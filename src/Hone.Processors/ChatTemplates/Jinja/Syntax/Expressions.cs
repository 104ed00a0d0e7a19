using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>A literal.</summary>
internal sealed class ConstantExpression(object? value) : Expression
{
    public object? Value => value;

    public override object? Evaluate(Frame frame) => value;
}

/// <summary>A variable that is read, or set when it stands left of an assignment.</summary>
internal sealed class NameExpression(string name) : Expression
{
    private Place _place;

    public string Name => name;

    /// <summary>Whether the name is a target of <c>set</c>, <c>for</c> or an import.</summary>
    public bool IsStored { get; set; }

    /// <summary>Whether the name is a target of <c>for</c>, <c>with</c> or a macro's parameter.</summary>
    public bool IsParameter { get; set; }

    /// <summary>Whether blocks see what is assigned.</summary>
    private bool IsExported { get; set; }

    public override void Analyze(Symbols symbols)
    {
        if (IsParameter)
        {
            symbols.DeclareParameter(name);
        }
        else if (IsStored)
        {
            symbols.StoreName(name);
        }
        else
        {
            symbols.LoadName(name);
        }
    }

    public override void Bind(Scope scope)
    {
        _place = scope.PlaceOf(name);
        IsExported = IsStored && scope.IsTopLevel;
    }

    public override object? Evaluate(Frame frame)
    {
        object? value = _place.Get(frame);
        return ReferenceEquals(value, Missing.Value) ? Undefined.Variable(name) : value;
    }

    public void Assign(Frame frame, object? value)
    {
        _place.Set(frame, value);
        if (IsExported)
        {
            frame.State.Exported[name] = value;
        }
    }
}

/// <summary>The target <c>namespace.attribute</c> of an assignment.</summary>
internal sealed class NamespaceTarget(string name, string attribute) : Expression
{
    private Place _place;

    public override void Analyze(Symbols symbols) => symbols.LoadName(name);

    public override void Bind(Scope scope) => _place = scope.PlaceOf(name);

    public override object? Evaluate(Frame frame) => null;

    public void Require(Frame frame)
    {
        if (_place.Get(frame) is not Namespace)
        {
            throw PythonException.Runtime("cannot assign attribute on non-namespace object");
        }
    }

    public void Assign(Frame frame, object? value)
    {
        if (attribute.StartsWith('_'))
        {
            throw PythonException.Security($"Chat templates cannot store underscore-prefixed attributes on a namespace, but got '{attribute}'. Please rename the attribute.");
        }

        Require(frame);
        ((Namespace)_place.Get(frame)!).Attributes.Set(attribute, value);
    }
}

/// <summary>A tuple, as a value or as the target of an assignment.</summary>
internal sealed class TupleExpression(Expression[] items) : Expression
{
    public Expression[] Items => items;

    public override IEnumerable<Node> Children => items;

    public override object? Evaluate(Frame frame) => new PyTuple(EvaluateAll(frame, items));

    internal static object?[] EvaluateAll(Frame frame, Expression[] items)
    {
        var values = new object?[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            values[i] = items[i].Evaluate(frame);
        }

        return values;
    }
}

/// <summary>A list.</summary>
internal sealed class ListExpression(Expression[] items) : Expression
{
    public override IEnumerable<Node> Children => items;

    public override object? Evaluate(Frame frame) => new PyList(TupleExpression.EvaluateAll(frame, items));
}

/// <summary>A dictionary.</summary>
internal sealed class DictExpression(Expression[] keys, Expression[] values) : Expression
{
    public override IEnumerable<Node> Children
    {
        get
        {
            for (int i = 0; i < keys.Length; i++)
            {
                yield return keys[i];
                yield return values[i];
            }
        }
    }

    public override object? Evaluate(Frame frame)
    {
        var dict = new PyDict(keys.Length);
        for (int i = 0; i < keys.Length; i++)
        {
            object? key = keys[i].Evaluate(frame);
            PythonKeys.RequireHashable(key);
            dict.Set(key, values[i].Evaluate(frame));
        }

        return dict;
    }
}

/// <summary><c>value.name</c>.</summary>
internal sealed class AttributeExpression(Expression value, string name) : Expression
{
    public override IEnumerable<Node> Children => [value];

    public override object? Evaluate(Frame frame) => Subscripts.Attribute(frame.State, value.Evaluate(frame), name);
}

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

/// <summary><c>start:stop:step</c> between brackets.</summary>
internal sealed class SliceExpression(Expression? start, Expression? stop, Expression? step) : Expression
{
    public override IEnumerable<Node> Children => new[] { start, stop, step }.OfType<Node>();

    public override object? Evaluate(Frame frame) => new PySlice(start?.Evaluate(frame), stop?.Evaluate(frame), step?.Evaluate(frame));
}

/// <summary>An operator between two values.</summary>
internal sealed class BinaryExpression(BinaryOperator sign, Expression left, Expression right) : Expression
{
    public override IEnumerable<Node> Children => [left, right];

    public override object? Evaluate(Frame frame)
    {
        object? a = left.Evaluate(frame);
        if (sign is BinaryOperator.And or BinaryOperator.Or)
        {
            return PythonOperators.IsTrue(a) == (sign == BinaryOperator.Or) ? a : right.Evaluate(frame);
        }

        object? b = right.Evaluate(frame);
        RenderState state = frame.State;
        return sign switch
        {
            BinaryOperator.Add => PythonArithmetic.Add(state, a, b),
            BinaryOperator.Subtract => PythonArithmetic.Subtract(a, b),
            BinaryOperator.Multiply => PythonArithmetic.Multiply(state, a, b),
            BinaryOperator.Divide => PythonArithmetic.Divide(a, b),
            BinaryOperator.FloorDivide => PythonArithmetic.FloorDivide(a, b),
            BinaryOperator.Modulo => PythonArithmetic.Modulo(state, a, b),
            _ => PythonArithmetic.Power(a, b),
        };
    }
}

/// <summary>Operators that combine two values.</summary>
internal enum BinaryOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
    And,
    Or,
}

/// <summary>The sign or <c>not</c> before a value.</summary>
internal sealed class UnaryExpression(UnaryOperator sign, Expression value) : Expression
{
    public override IEnumerable<Node> Children => [value];

    public override object? Evaluate(Frame frame)
    {
        object? operand = value.Evaluate(frame);
        return sign switch
        {
            UnaryOperator.Not => !PythonOperators.IsTrue(operand),
            UnaryOperator.Negate => PythonArithmetic.Negate(operand),
            _ => PythonArithmetic.Plus(operand),
        };
    }
}

/// <summary>Operators before one value.</summary>
internal enum UnaryOperator
{
    Not,
    Negate,
    Plus,
}

/// <summary>A chain of comparisons: <c>a &lt; b &lt; c</c>.</summary>
internal sealed class ComparisonExpression(Expression first, (string Sign, Expression Value)[] rest) : Expression
{
    public override IEnumerable<Node> Children => [first, .. rest.Select(part => part.Value)];

    public override object? Evaluate(Frame frame)
    {
        object? left = first.Evaluate(frame);
        bool holds = true;
        for (int i = 0; i < rest.Length && holds; i++)
        {
            object? right = rest[i].Value.Evaluate(frame);
            holds = Holds(frame.State, left, rest[i].Sign, right);
            left = right;
        }

        return holds;
    }

    private static bool Holds(RenderState state, object? left, string sign, object? right) => sign switch
    {
        "==" => PythonOperators.AreEqual(state, left, right),
        "!=" => !PythonOperators.AreEqual(state, left, right),
        "in" => PythonOperators.Contains(state, right, left),
        "not in" => !PythonOperators.Contains(state, right, left),
        "<" => PythonOperators.Compare(state, left, right, sign) < 0,
        "<=" => PythonOperators.Compare(state, left, right, sign) <= 0,
        ">" => PythonOperators.Compare(state, left, right, sign) > 0,
        _ => PythonOperators.Compare(state, left, right, sign) >= 0,
    };
}

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

/// <summary><c>a if test else b</c>.</summary>
internal sealed class ConditionalExpression(Expression test, Expression whenTrue, Expression? whenFalse) : Expression
{
    public override IEnumerable<Node> Children => new[] { test, whenTrue, whenFalse }.OfType<Node>();

    public override void Bind(Scope scope) => base.Bind(scope.Conditional());

    public override object? Evaluate(Frame frame)
    {
        if (PythonOperators.IsTrue(test.Evaluate(frame)))
        {
            return whenTrue.Evaluate(frame);
        }

        return whenFalse is not null
            ? whenFalse.Evaluate(frame)
            : Undefined.WithHint($"the inline if-expression on line {Line} evaluated to false and no else section was defined.");
    }
}
