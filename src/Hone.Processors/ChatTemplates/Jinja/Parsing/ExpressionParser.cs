using System.Runtime.CompilerServices;
using Hone.Processors.ChatTemplates.Jinja.Syntax;

namespace Hone.Processors.ChatTemplates.Jinja.Parsing;

/// <summary>Parses expressions.</summary>
internal sealed class ExpressionParser(TokenStream stream)
{
    /// <summary>Brackets, tags and operators inside one another.</summary>
    public const int MaxNesting = 100;

    /// <summary>Operators in a row, each of which holds the one before.</summary>
    private const int MaxDepth = 500;

    private static readonly string[] s_comparisons = ["==", "!=", "<", "<=", ">", ">="];
    private int _nesting;

    /// <summary>Counts one level of nesting; refuses too many.</summary>
    public void Enter()
    {
        if (++_nesting > MaxNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateSyntaxException($"the template nests deeper than {MaxNesting} levels", stream.Current.Line);
        }
    }

    /// <summary>Ends one level of nesting.</summary>
    public void Leave() => _nesting--;

    public Expression Parse(bool withCondition = true)
    {
        Enter();
        Expression expression = withCondition ? Condition() : Or();
        Leave();
        return expression;
    }

    /// <summary>One expression, or a tuple of several.</summary>
    public Expression Tuple(bool withCondition = true, bool isParenthesized = false) => TupleOf(() => Parse(withCondition), isParenthesized);

    /// <summary>The target of an assignment: a name, an attribute of a namespace, or a tuple of them.</summary>
    public Expression Target(bool withNamespace, bool isParameter)
    {
        int line = stream.Current.Line;
        Expression target = withNamespace && stream.Look.Is(".") ? NamespaceAttribute() : TupleOf(() => Primary(withNamespace), isParenthesized: false);
        MakeTarget(target, isParameter, line);
        return target;
    }

    /// <summary>A single name that is assigned.</summary>
    public NameExpression TargetName(bool isParameter)
    {
        Token token = stream.Expect(TokenKind.Name);
        var name = new NameExpression(token.Text) { Line = token.Line };
        MakeTarget(name, isParameter, token.Line);
        return name;
    }

    /// <summary>Filters after <c>|</c>, or, at the start of a filter block, the first one without it.</summary>
    public Expression? Filter(Expression? value, bool startsInline = false)
    {
        while (stream.Current.Is("|") || startsInline)
        {
            if (!startsInline)
            {
                stream.Next();
            }

            (string name, int line) = DottedName();
            ArgumentList arguments = stream.Current.Is("(") ? Arguments() : ArgumentList.None;
            value = Deepen(new FilterExpression(value, name, arguments) { Line = line });
            startsInline = false;
        }

        return value;
    }

    private Expression TupleOf(Func<Expression> parse, bool isParenthesized)
    {
        int line = stream.Current.Line;
        var items = new List<Expression>();
        bool isTuple = false;
        while (true)
        {
            if (items.Count > 0)
            {
                stream.Expect(",");
            }

            if (stream.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || stream.Current.Is(")"))
            {
                break;
            }

            items.Add(parse());
            if (!stream.Current.Is(","))
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
                throw Fail($"Expected an expression, got '{stream.Current.Description}'");
            }
        }

        return new TupleExpression([.. items]) { Line = line, Depth = 1 + items.Select(item => item.Depth).DefaultIfEmpty().Max() };
    }

    private NamespaceTarget NamespaceAttribute()
    {
        Token name = stream.Expect(TokenKind.Name);
        stream.Expect(".");
        return new NamespaceTarget(name.Text, stream.Expect(TokenKind.Name).Text) { Line = name.Line };
    }

    private static void MakeTarget(Expression target, bool isParameter, int line)
    {
        switch (target)
        {
            case NameExpression name when name.Name is not ("true" or "false" or "none" or "True" or "False" or "None"):
                name.IsStored = true;
                name.IsParameter = isParameter;
                break;
            case TupleExpression tuple:
                foreach (Expression item in tuple.Items)
                {
                    MakeTarget(item, isParameter, line);
                }

                break;
            case NamespaceTarget:
                break;
            default:
                string kind = target is ConstantExpression or NameExpression ? "const" : target.GetType().Name.Replace("Expression", "").ToLowerInvariant();
                throw new TemplateSyntaxException($"can't assign to '{kind}'", line);
        }
    }

    private TemplateSyntaxException Fail(string message) => new(message, stream.Current.Line);

    private T Deepen<T>(T expression)
        where T : Expression
    {
        int depth = expression.Children.OfType<Expression>().Select(child => child.Depth).DefaultIfEmpty().Max() + 1;
        expression.Depth = depth <= MaxDepth ? depth : throw Fail($"the expression chains more than {MaxDepth} operators");
        return expression;
    }

    private Expression Condition()
    {
        int line = stream.Current.Line;
        Expression value = Or();
        while (stream.SkipName("if"))
        {
            Expression test = Or();
            Expression? otherwise = stream.SkipName("else") ? Parse() : null;
            value = Deepen(new ConditionalExpression(test, value, otherwise) { Line = line });
            line = stream.Current.Line;
        }

        return value;
    }

    private Expression Or()
    {
        Expression left = And();
        while (stream.Current.IsName("or"))
        {
            int line = stream.Next().Line;
            left = Deepen(new BinaryExpression(BinaryOperator.Or, left, And()) { Line = line });
        }

        return left;
    }

    private Expression And()
    {
        Expression left = Not();
        while (stream.Current.IsName("and"))
        {
            int line = stream.Next().Line;
            left = Deepen(new BinaryExpression(BinaryOperator.And, left, Not()) { Line = line });
        }

        return left;
    }

    private Expression Not()
    {
        if (!stream.Current.IsName("not"))
        {
            return Comparison();
        }

        Enter();
        int line = stream.Next().Line;
        Expression negated = Deepen(new UnaryExpression(UnaryOperator.Not, Not()) { Line = line });
        Leave();
        return negated;
    }

    private Expression Comparison()
    {
        int line = stream.Current.Line;
        Expression first = Sum();
        var rest = new List<(string Sign, Expression Value)>();
        while (true)
        {
            if (stream.Current.Kind == TokenKind.Operator && s_comparisons.Contains(stream.Current.Text))
            {
                rest.Add((stream.Next().Text, Sum()));
            }
            else if (stream.SkipName("in"))
            {
                rest.Add(("in", Sum()));
            }
            else if (stream.Current.IsName("not") && stream.Look.IsName("in"))
            {
                stream.Next();
                stream.Next();
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
        while (stream.Current.Is("+") || stream.Current.Is("-"))
        {
            Token sign = stream.Next();
            left = Deepen(new BinaryExpression(sign.Text == "+" ? BinaryOperator.Add : BinaryOperator.Subtract, left, Concat()) { Line = sign.Line });
        }

        return left;
    }

    private Expression Concat()
    {
        int line = stream.Current.Line;
        var parts = new List<Expression> { Product() };
        while (stream.Skip("~"))
        {
            parts.Add(Product());
        }

        return parts.Count == 1 ? parts[0] : Deepen(new ConcatExpression([.. parts]) { Line = line });
    }

    private Expression Product()
    {
        Expression left = Power();
        while (stream.Current.Is("*") || stream.Current.Is("/") || stream.Current.Is("//") || stream.Current.Is("%"))
        {
            Token sign = stream.Next();
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
        while (stream.Current.Is("**"))
        {
            int line = stream.Next().Line;
            left = Deepen(new BinaryExpression(BinaryOperator.Power, left, Unary(withFilter: true)) { Line = line });
        }

        return left;
    }

    private Expression Unary(bool withFilter)
    {
        Expression value;
        if (stream.Current.Is("-") || stream.Current.Is("+"))
        {
            Enter();
            Token sign = stream.Next();
            value = Deepen(new UnaryExpression(sign.Text == "-" ? UnaryOperator.Negate : UnaryOperator.Plus, Unary(withFilter: false)) { Line = sign.Line });
            Leave();
        }
        else
        {
            value = Primary(withNamespace: false);
        }

        value = Postfix(value);
        return withFilter ? FiltersAndTests(value) : value;
    }

    private Expression Primary(bool withNamespace)
    {
        Token token = stream.Current;
        switch (token.Kind)
        {
            case TokenKind.Name when withNamespace && stream.Look.Is("."):
                return NamespaceAttribute();
            case TokenKind.Name:
                stream.Next();
                return token.Text switch
                {
                    "true" or "True" => new ConstantExpression(true) { Line = token.Line },
                    "false" or "False" => new ConstantExpression(false) { Line = token.Line },
                    "none" or "None" => new ConstantExpression(null) { Line = token.Line },
                    _ => new NameExpression(token.Text) { Line = token.Line },
                };
            case TokenKind.Text:
                string text = stream.Next().Text;
                while (stream.Current.Kind == TokenKind.Text)
                {
                    text += stream.Next().Text;
                }

                return new ConstantExpression(text) { Line = token.Line };
            case TokenKind.Integer or TokenKind.Float:
                stream.Next();
                return new ConstantExpression(token.Value) { Line = token.Line };
            case TokenKind.Operator when token.Text == "(":
                stream.Next();
                Enter();
                Expression inner = Tuple(isParenthesized: true);
                Leave();
                stream.Expect(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return List();
            case TokenKind.Operator when token.Text == "{":
                return Dict();
            default:
                throw Fail($"unexpected '{token.Description}'");
        }
    }

    private ListExpression List()
    {
        int line = stream.Expect("[").Line;
        var items = new List<Expression>();
        while (!stream.Current.Is("]"))
        {
            if (items.Count > 0)
            {
                stream.Expect(",");
            }

            if (stream.Current.Is("]"))
            {
                break;
            }

            items.Add(Parse());
        }

        stream.Expect("]");
        return Deepen(new ListExpression([.. items]) { Line = line });
    }

    private DictExpression Dict()
    {
        int line = stream.Expect("{").Line;
        var keys = new List<Expression>();
        var values = new List<Expression>();
        while (!stream.Current.Is("}"))
        {
            if (keys.Count > 0)
            {
                stream.Expect(",");
            }

            if (stream.Current.Is("}"))
            {
                break;
            }

            keys.Add(Parse());
            stream.Expect(":");
            values.Add(Parse());
        }

        stream.Expect("}");
        return Deepen(new DictExpression([.. keys], [.. values]) { Line = line });
    }

    private Expression Postfix(Expression value)
    {
        while (true)
        {
            if (stream.Current.Is(".") || stream.Current.Is("["))
            {
                value = Deepen(Subscript(value));
            }
            else if (stream.Current.Is("("))
            {
                value = Deepen(Call(value));
            }
            else
            {
                return value;
            }
        }
    }

    private Expression FiltersAndTests(Expression value)
    {
        while (true)
        {
            if (stream.Current.Is("|"))
            {
                value = Filter(value)!; // there is at least the one filter whose bar was seen
            }
            else if (stream.Current.IsName("is"))
            {
                value = Deepen(Test(value));
            }
            else if (stream.Current.Is("("))
            {
                value = Deepen(Call(value));
            }
            else
            {
                return value;
            }
        }
    }

    private CallExpression Call(Expression callee)
    {
        int line = stream.Current.Line;
        return new CallExpression(callee, Arguments()) { Line = line };
    }

    private Expression Subscript(Expression value)
    {
        Token token = stream.Next();
        if (token.Text == ".")
        {
            Token name = stream.Next();
            return name.Kind switch
            {
                TokenKind.Name => new AttributeExpression(value, name.Text) { Line = token.Line },
                TokenKind.Integer => new ItemExpression(value, new ConstantExpression(name.Value) { Line = token.Line }) { Line = token.Line },
                _ => throw new TemplateSyntaxException("expected name or number", name.Line),
            };
        }

        var keys = new List<Expression>();
        while (!stream.Current.Is("]"))
        {
            if (keys.Count > 0)
            {
                stream.Expect(",");
            }

            keys.Add(Subscribed());
        }

        stream.Expect("]");
        Expression key = keys.Count == 1 ? keys[0] : Deepen(new TupleExpression([.. keys]) { Line = token.Line });
        return new ItemExpression(value, key) { Line = token.Line };
    }

    private Expression Subscribed()
    {
        int line = stream.Current.Line;
        Expression? start = null;
        if (!stream.Current.Is(":"))
        {
            start = Parse();
            if (!stream.Current.Is(":"))
            {
                return start;
            }
        }

        stream.Expect(":");
        Expression? stop = IsSliceEnd() || stream.Current.Is(":") ? null : Parse();
        Expression? step = stream.Skip(":") && !IsSliceEnd() ? Parse() : null;
        return Deepen(new SliceExpression(start, stop, step) { Line = line });
    }

    private bool IsSliceEnd() => stream.Current.Is("]") || stream.Current.Is(",");

    private (string Name, int Line) DottedName()
    {
        Token token = stream.Expect(TokenKind.Name);
        string name = token.Text;
        while (stream.Skip("."))
        {
            name += "." + stream.Expect(TokenKind.Name).Text;
        }

        return (name, token.Line);
    }

    private Expression Test(Expression value)
    {
        int line = stream.Next().Line;
        bool isNegated = stream.SkipName("not");
        (string name, _) = DottedName();
        ArgumentList arguments = ArgumentList.None;
        Token next = stream.Current;
        if (next.Is("("))
        {
            arguments = Arguments();
        }
        else if ((next.Kind is TokenKind.Name or TokenKind.Text or TokenKind.Integer or TokenKind.Float || next.Is("[") || next.Is("{"))
            && !next.IsName("else") && !next.IsName("or") && !next.IsName("and"))
        {
            if (next.IsName("is"))
            {
                throw Fail("You cannot chain multiple tests with is");
            }

            arguments = new ArgumentList([Postfix(Primary(withNamespace: false))], [], null, null);
        }

        Expression test = new TestExpression(value, name, arguments) { Line = line };
        return isNegated ? new UnaryExpression(UnaryOperator.Not, Deepen(test)) { Line = line } : test;
    }

    private ArgumentList Arguments()
    {
        int line = stream.Expect("(").Line;
        var positional = new List<Expression>();
        var named = new List<(string Name, Expression Value)>();
        Expression? rest = null;
        Expression? keywords = null;
        bool isFirst = true;
        while (!stream.Current.Is(")"))
        {
            if (!isFirst)
            {
                stream.Expect(",");
                if (stream.Current.Is(")"))
                {
                    break;
                }
            }

            isFirst = false;
            if (stream.Skip("*"))
            {
                Ensure(rest is null && keywords is null, line);
                rest = Parse();
            }
            else if (stream.Skip("**"))
            {
                Ensure(keywords is null, line);
                keywords = Parse();
            }
            else if (stream.Current.Kind == TokenKind.Name && stream.Look.Is("="))
            {
                Ensure(keywords is null, line);
                string name = stream.Next().Text;
                stream.Next();
                Ensure(named.All(argument => argument.Name != name), line);
                named.Add((name, Parse()));
            }
            else
            {
                Ensure(rest is null && keywords is null && named.Count == 0, line);
                positional.Add(Parse());
            }
        }

        stream.Expect(")");
        return new ArgumentList([.. positional], [.. named], rest, keywords);
    }

    private static void Ensure(bool holds, int line)
    {
        if (!holds)
        {
            throw new TemplateSyntaxException("invalid syntax for function call expression", line);
        }
    }
}
