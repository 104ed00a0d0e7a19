using System.Runtime.CompilerServices;
using Hone.Processors.ChatTemplates.Jinja.Syntax;

namespace Hone.Processors.ChatTemplates.Jinja.Parsing;

/// <summary>Parses expressions: operators by their precedence, and tuples.</summary>
internal sealed class ExpressionParser
{
    /// <summary>Brackets, tags and operators inside one another.</summary>
    public const int MaxNesting = 100;

    /// <summary>Operators in a row, each of which holds the one before.</summary>
    private const int MaxDepth = 500;

    private static readonly string[] s_comparisons = ["==", "!=", "<", "<=", ">", ">="];
    private readonly TokenStream _stream;
    private int _nesting;

    /// <summary>Reads from a stream.</summary>
    public ExpressionParser(TokenStream stream)
    {
        _stream = stream;
        Operands = new OperandParser(stream, this);
    }

    /// <summary>What stands between the operators.</summary>
    public OperandParser Operands { get; }

    /// <summary>Counts one level of nesting; refuses too many.</summary>
    public void Enter()
    {
        if (++_nesting > MaxNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateSyntaxException($"the template nests deeper than {MaxNesting} levels", _stream.Current.Line);
        }
    }

    /// <summary>Ends one level of nesting.</summary>
    public void Leave() => _nesting--;

    /// <summary>One expression.</summary>
    /// <param name="withCondition">Whether <c>a if b else c</c> is part of it.</param>
    public Expression Parse(bool withCondition = true)
    {
        Enter();
        Expression expression = withCondition ? Condition() : Or();
        Leave();
        return expression;
    }

    /// <summary>One expression, or a tuple of several.</summary>
    public Expression Tuple(bool withCondition = true, bool isParenthesized = false) => TupleOf(() => Parse(withCondition), isParenthesized);

    /// <summary>One item, or a tuple of several with commas between.</summary>
    public Expression TupleOf(Func<Expression> parse, bool isParenthesized)
    {
        int line = _stream.Current.Line;
        var items = new List<Expression>();
        bool isTuple = false;
        while (true)
        {
            if (items.Count > 0)
            {
                _stream.Expect(",");
            }

            if (_stream.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || _stream.Current.Is(")"))
            {
                break;
            }

            items.Add(parse());
            if (!_stream.Current.Is(","))
            {
                break;
            }

            isTuple = true;
        }

        if (!isTuple)
        {
            if (items.Count > 0)
            {
                return items[0];
            }

            if (!isParenthesized)
            {
                throw Fail($"Expected an expression, got '{_stream.Current.Description}'");
            }
        }

        return new TupleExpression([.. items]) { Line = line, Depth = 1 + items.Select(item => item.Depth).DefaultIfEmpty().Max() };
    }

    /// <summary>An error at the current token.</summary>
    public TemplateSyntaxException Fail(string message) => new(message, _stream.Current.Line);

    /// <summary>Counts how deep an expression holds others; refuses too deep ones.</summary>
    public T Deepen<T>(T expression)
        where T : Expression
    {
        int depth = expression.Children.OfType<Expression>().Select(child => child.Depth).DefaultIfEmpty().Max() + 1;
        expression.Depth = depth <= MaxDepth ? depth : throw Fail($"the expression chains more than {MaxDepth} operators");
        return expression;
    }

    private Expression Condition()
    {
        int line = _stream.Current.Line;
        Expression value = Or();
        while (_stream.SkipName("if"))
        {
            Expression test = Or();
            Expression? otherwise = _stream.SkipName("else") ? Parse() : null;
            value = Deepen(new ConditionalExpression(test, value, otherwise) { Line = line });
            line = _stream.Current.Line;
        }

        return value;
    }

    private Expression Or()
    {
        Expression left = And();
        while (_stream.Current.IsName("or"))
        {
            int line = _stream.Next().Line;
            left = Deepen(new BinaryExpression(BinaryOperator.Or, left, And()) { Line = line });
        }

        return left;
    }

    private Expression And()
    {
        Expression left = Not();
        while (_stream.Current.IsName("and"))
        {
            int line = _stream.Next().Line;
            left = Deepen(new BinaryExpression(BinaryOperator.And, left, Not()) { Line = line });
        }

        return left;
    }

    private Expression Not()
    {
        if (!_stream.Current.IsName("not"))
        {
            return Comparison();
        }

        Enter();
        int line = _stream.Next().Line;
        Expression negated = Deepen(new UnaryExpression(UnaryOperator.Not, Not()) { Line = line });
        Leave();
        return negated;
    }

    private Expression Comparison()
    {
        int line = _stream.Current.Line;
        Expression first = Sum();
        var rest = new List<(string Sign, Expression Value)>();
        while (true)
        {
            if (_stream.Current.Kind == TokenKind.Operator && s_comparisons.Contains(_stream.Current.Text))
            {
                rest.Add((_stream.Next().Text, Sum()));
            }
            else if (_stream.SkipName("in"))
            {
                rest.Add(("in", Sum()));
            }
            else if (_stream.Current.IsName("not") && _stream.Look.IsName("in"))
            {
                _stream.Next();
                _stream.Next();
                rest.Add(("not in", Sum()));
            }
            else
            {
                return rest.Count == 0 ? first : Deepen(new ComparisonExpression(first, [.. rest]) { Line = line });
            }
        }
    }

    private Expression Sum()
    {
        Expression left = Concat();
        while (_stream.Current.Is("+") || _stream.Current.Is("-"))
        {
            Token sign = _stream.Next();
            left = Deepen(new BinaryExpression(sign.Text == "+" ? BinaryOperator.Add : BinaryOperator.Subtract, left, Concat()) { Line = sign.Line });
        }

        return left;
    }

    private Expression Concat()
    {
        int line = _stream.Current.Line;
        var parts = new List<Expression> { Product() };
        while (_stream.Skip("~"))
        {
            parts.Add(Product());
        }

        return parts.Count == 1 ? parts[0] : Deepen(new ConcatExpression([.. parts]) { Line = line });
    }

    private Expression Product()
    {
        Expression left = Power();
        while (_stream.Current.Is("*") || _stream.Current.Is("/") || _stream.Current.Is("//") || _stream.Current.Is("%"))
        {
            Token sign = _stream.Next();
            BinaryOperator operation = sign.Text switch
            {
                "*" => BinaryOperator.Multiply,
                "/" => BinaryOperator.Divide,
                "//" => BinaryOperator.FloorDivide,
                _ => BinaryOperator.Modulo,
            };
            left = Deepen(new BinaryExpression(operation, left, Power()) { Line = sign.Line });
        }

        return left;
    }

    /// <summary>Groups to the left and binds weaker than a sign, unlike Python.</summary>
    private Expression Power()
    {
        Expression left = Unary(withFilter: true);
        while (_stream.Current.Is("**"))
        {
            int line = _stream.Next().Line;
            left = Deepen(new BinaryExpression(BinaryOperator.Power, left, Unary(withFilter: true)) { Line = line });
        }

        return left;
    }

    private Expression Unary(bool withFilter)
    {
        Expression value;
        if (_stream.Current.Is("-") || _stream.Current.Is("+"))
        {
            Enter();
            Token sign = _stream.Next();
            value = Deepen(new UnaryExpression(sign.Text == "-" ? UnaryOperator.Negate : UnaryOperator.Plus, Unary(withFilter: false)) { Line = sign.Line });
            Leave();
        }
        else
        {
            value = Operands.Primary();
        }

        value = Operands.Postfix(value);
        return withFilter ? Operands.FiltersAndTests(value) : value;
    }
}
