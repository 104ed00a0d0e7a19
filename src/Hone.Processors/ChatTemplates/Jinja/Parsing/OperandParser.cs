using Hone.Processors.ChatTemplates.Jinja.Syntax;

namespace Hone.Processors.ChatTemplates.Jinja.Parsing;

/// <summary>Parses the operands of operators: literals, names and brackets, with the subscripts, calls, filters and tests behind them.</summary>
internal sealed class OperandParser(TokenStream stream, ExpressionParser expressions)
{
    /// <summary>A literal, a name or something in brackets.</summary>
    public Expression Primary()
    {
        Token token = stream.Current;
        switch (token.Kind)
        {
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
                expressions.Enter();
                Expression inner = expressions.Tuple(isParenthesized: true);
                expressions.Leave();
                stream.Expect(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return List();
            case TokenKind.Operator when token.Text == "{":
                return Dict();
            default:
                throw expressions.Fail($"unexpected '{token.Description}'");
        }
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
            value = expressions.Deepen(new FilterExpression(value, name, arguments) { Line = line });
            startsInline = false;
        }

        return value;
    }

    private ListExpression List()
    {
        var items = new List<Expression>();
        int line = Separated("[", "]", () => items.Add(expressions.Parse()));
        return expressions.Deepen(new ListExpression([.. items]) { Line = line });
    }

    private DictExpression Dict()
    {
        var keys = new List<Expression>();
        var values = new List<Expression>();
        int line = Separated("{", "}", () =>
        {
            keys.Add(expressions.Parse());
            stream.Expect(":");
            values.Add(expressions.Parse());
        });
        return expressions.Deepen(new DictExpression([.. keys], [.. values]) { Line = line });
    }

    /// <summary>Items in brackets with commas between and, if one likes, behind.</summary>
    /// <returns>The line of the opening bracket.</returns>
    private int Separated(string open, string close, Action item)
    {
        int line = stream.Expect(open).Line;
        for (bool isFirst = true; !stream.Current.Is(close); isFirst = false)
        {
            if (!isFirst)
            {
                stream.Expect(",");
                if (stream.Current.Is(close))
                {
                    break;
                }
            }

            item();
        }

        stream.Expect(close);
        return line;
    }

    /// <summary>The value with the subscripts and calls behind it.</summary>
    public Expression Postfix(Expression value)
    {
        while (true)
        {
            if (stream.Current.Is(".") || stream.Current.Is("["))
            {
                value = expressions.Deepen(Subscript(value));
            }
            else if (stream.Current.Is("("))
            {
                value = expressions.Deepen(Call(value));
            }
            else
            {
                return value;
            }
        }
    }

    /// <summary>The value with the filters, tests and calls behind it.</summary>
    public Expression FiltersAndTests(Expression value)
    {
        while (true)
        {
            if (stream.Current.Is("|"))
            {
                value = Filter(value)!; // there is at least the one filter whose bar was seen
            }
            else if (stream.Current.IsName("is"))
            {
                value = expressions.Deepen(Test(value));
            }
            else if (stream.Current.Is("("))
            {
                value = expressions.Deepen(Call(value));
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
        Expression key = keys.Count == 1 ? keys[0] : expressions.Deepen(new TupleExpression([.. keys]) { Line = token.Line });
        return new ItemExpression(value, key) { Line = token.Line };
    }

    private Expression Subscribed()
    {
        int line = stream.Current.Line;
        Expression? start = null;
        if (!stream.Current.Is(":"))
        {
            start = expressions.Parse();
            if (!stream.Current.Is(":"))
            {
                return start;
            }
        }

        stream.Expect(":");
        Expression? stop = IsSliceEnd() || stream.Current.Is(":") ? null : expressions.Parse();
        Expression? step = stream.Skip(":") && !IsSliceEnd() ? expressions.Parse() : null;
        return expressions.Deepen(new SliceExpression(start, stop, step) { Line = line });
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
                throw expressions.Fail("You cannot chain multiple tests with is");
            }

            arguments = new ArgumentList([Postfix(Primary())], [], null, null);
        }

        Expression test = new TestExpression(value, name, arguments) { Line = line };
        return isNegated ? new UnaryExpression(UnaryOperator.Not, expressions.Deepen(test)) { Line = line } : test;
    }

    private ArgumentList Arguments()
    {
        int line = stream.Current.Line;
        var positional = new List<Expression>();
        var named = new List<(string Name, Expression Value)>();
        Expression? rest = null;
        Expression? keywords = null;
        Separated("(", ")", () =>
        {
            if (stream.Skip("*"))
            {
                Ensure(rest is null && keywords is null, line);
                rest = expressions.Parse();
            }
            else if (stream.Skip("**"))
            {
                Ensure(keywords is null, line);
                keywords = expressions.Parse();
            }
            else if (stream.Current.Kind == TokenKind.Name && stream.Look.Is("="))
            {
                Ensure(keywords is null, line);
                string name = stream.Next().Text;
                stream.Next();
                Ensure(named.All(argument => argument.Name != name), line);
                named.Add((name, expressions.Parse()));
            }
            else
            {
                Ensure(rest is null && keywords is null && named.Count == 0, line);
                positional.Add(expressions.Parse());
            }
        });
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
