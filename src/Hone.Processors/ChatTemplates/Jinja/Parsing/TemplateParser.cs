using Hone.Processors.ChatTemplates.Jinja.Syntax;

namespace Hone.Processors.ChatTemplates.Jinja.Parsing;

/// <summary>Parses a template into statements.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream _stream;
    private readonly ExpressionParser _expressions;
    private readonly TargetParser _targets;
    private readonly LoaderParser _loaders;
    private readonly Stack<string> _tags = new();
    private readonly Stack<string[]> _ends = new();

    private TemplateParser(List<Token> tokens)
    {
        _stream = new TokenStream(tokens);
        _expressions = new ExpressionParser(_stream);
        _targets = new TargetParser(_stream, _expressions);
        _loaders = new LoaderParser(_stream, _expressions, _targets);
    }

    /// <summary>Parses and binds a normalized source.</summary>
    /// <exception cref="TemplateSyntaxException">The template cannot be compiled.</exception>
    public static TemplateRoot Parse(string source)
    {
        var parser = new TemplateParser(TemplateLexer.Tokenize(source));
        return new TemplateRoot(parser.Body([]));
    }

    private TemplateSyntaxException Fail(string message) => new(message, _stream.Current.Line);

    /// <summary>Statements up to one of the ending tags, whose name is then the current token, or to the end of the template.</summary>
    private Statement[] Body(string[] ends)
    {
        var body = new List<Statement>();
        var output = new List<Node>();
        int start = _stream.Position;
        if (ends.Length > 0)
        {
            _ends.Push(ends);
        }

        while (_stream.Current.Kind != TokenKind.End)
        {
            Token token = _stream.Next();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    output.Add(new TextNode(token.Text) { Line = token.Line });
                    break;
                case TokenKind.VariableBegin:
                    output.Add(_expressions.Tuple());
                    _stream.Expect(TokenKind.VariableEnd);
                    break;
                default:
                    Flush(body, output, ref start);
                    if (_stream.Current.Kind == TokenKind.Name && ends.Contains(_stream.Current.Text))
                    {
                        _ends.Pop();
                        return [.. body];
                    }

                    body.Add(Statement(start));
                    _stream.Expect(TokenKind.BlockEnd);
                    start = _stream.Position;
                    break;
            }
        }

        Flush(body, output, ref start);
        if (ends.Length > 0)
        {
            throw UnknownTag(null, _stream.Current.Line);
        }

        return [.. body];
    }

    private void Flush(List<Statement> body, List<Node> output, ref int start)
    {
        if (output.Count > 0)
        {
            body.Add(new OutputStatement([.. output]) { Line = output[0].Line, Cost = _stream.Position - start });
            output.Clear();
        }

        start = _stream.Position;
    }

    private Statement Statement(int start)
    {
        Token tag = _stream.Current;
        if (tag.Kind != TokenKind.Name)
        {
            throw Fail("tag name expected");
        }

        _expressions.Enter();
        _tags.Push(tag.Text);
        Statement statement = tag.Text switch
        {
            "for" => For(),
            "if" => If(),
            "set" => Set(),
            "macro" => Macro(),
            "call" => CallBlock(),
            "filter" => FilterBlock(),
            "with" => With(),
            "autoescape" => Autoescape(),
            "block" => Block(),
            "print" => Print(),
            "generation" => Generation(),
            "break" or "continue" => new LoopControlStatement(_stream.Next().Text == "break" ? Flow.Break : Flow.Continue) { Line = tag.Line },
            "extends" => _loaders.Extends(),
            "include" => _loaders.Include(),
            "import" => _loaders.Import(),
            "from" => _loaders.FromImport(),
            _ => throw Unknown(tag),
        };
        _tags.Pop();
        _expressions.Leave();
        statement.Cost = _stream.LengthUntil(TokenKind.BlockEnd, start);
        return statement;
    }

    private TemplateSyntaxException Unknown(Token tag)
    {
        _tags.Pop();
        return UnknownTag(tag.Text, tag.Line);
    }

    private TemplateSyntaxException UnknownTag(string? name, int line)
    {
        string message = name is null ? "Unexpected end of template." : $"Encountered unknown tag '{name}'.";
        if (_ends.Count > 0)
        {
            string wanted = string.Join(" or ", _ends.Peek().Select(end => $"'{end}'"));
            bool isMisplaced = name is not null && _ends.Any(ends => ends.Contains(name));
            message += isMisplaced
                ? $" You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for {wanted}."
                : $" Jinja was looking for the following tags: {wanted}.";
        }

        message += _tags.Count > 0 ? $" The innermost block that needs to be closed is '{_tags.Peek()}'." : "";
        return new TemplateSyntaxException(message, line);
    }

    /// <summary>The statements of a tag whose head ends here; consumes the ending tag's name.</summary>
    private (Statement[] Body, string End) Statements(params string[] ends)
    {
        _stream.Skip(":");
        _stream.Expect(TokenKind.BlockEnd);
        Statement[] body = Body(ends);
        return (body, _stream.Next().Text);
    }

    private ForStatement For()
    {
        int line = _stream.ExpectName("for").Line;
        int targetStart = _stream.Position;
        Expression target = _targets.Any(withNamespace: false, isParameter: true);
        List<Token> targetTokens = _stream.Range(targetStart, _stream.Position);
        _stream.ExpectName("in");
        Expression items = _expressions.Tuple(withCondition: false);
        Expression? test = _stream.SkipName("if") ? _expressions.Parse() : null;
        bool isRecursive = _stream.SkipName("recursive");
        (Statement[] body, string end) = Statements("endfor", "else");
        Statement[] otherwise = end == "else" ? Statements("endfor").Body : [];
        return new ForStatement(target, items, body, otherwise, test, isRecursive)
        {
            Line = line,
            CopyTarget = () => CopyTarget([.. targetTokens, new Token(TokenKind.Name, "in", null, line)]),
        };
    }

    private static Expression CopyTarget(List<Token> tokens)
    {
        var stream = new TokenStream(tokens);
        return new TargetParser(stream, new ExpressionParser(stream)).Any(withNamespace: false, isParameter: true);
    }

    private IfStatement If()
    {
        int line = _stream.ExpectName("if").Line;
        Expression test = _expressions.Tuple(withCondition: false);
        (Statement[] body, string end) = Statements("elif", "else", "endif");
        var alternatives = new List<IfStatement>();
        while (end == "elif")
        {
            int alternativeLine = _stream.Current.Line;
            int cost = _stream.LengthUntil(TokenKind.BlockEnd, _stream.Position);
            Expression alternativeTest = _expressions.Tuple(withCondition: false);
            (Statement[] alternative, end) = Statements("elif", "else", "endif");
            alternatives.Add(new IfStatement(alternativeTest, alternative, [], []) { Line = alternativeLine, Cost = cost });
        }

        Statement[] otherwise = end == "else" ? Statements("endif").Body : [];
        return new IfStatement(test, body, [.. alternatives], otherwise) { Line = line };
    }

    private Statement Set()
    {
        int line = _stream.Next().Line;
        Expression target = _targets.Any(withNamespace: true, isParameter: false);
        if (_stream.Skip("="))
        {
            return new SetStatement(target, _expressions.Tuple()) { Line = line };
        }

        var filter = (FilterExpression?)_expressions.Operands.Filter(null);
        return new SetBlockStatement(target, filter, Statements("endset").Body) { Line = line };
    }

    private MacroStatement Macro()
    {
        int line = _stream.Next().Line;
        NameExpression name = _targets.Name(isParameter: false);
        (NameExpression[] parameters, Expression[] defaults) = Parameters();
        return new MacroStatement(name, new MacroDefinition(name.Name, parameters, defaults, Statements("endmacro").Body)) { Line = line };
    }

    private CallBlockStatement CallBlock()
    {
        int line = _stream.Next().Line;
        (NameExpression[] parameters, Expression[] defaults) = _stream.Current.Is("(") ? Parameters() : ([], []);
        CallExpression call = _expressions.Parse() as CallExpression ?? throw new TemplateSyntaxException("expected call", line);
        return new CallBlockStatement(call, new MacroDefinition("", parameters, defaults, Statements("endcall").Body)) { Line = line };
    }

    private (NameExpression[] Parameters, Expression[] Defaults) Parameters()
    {
        var parameters = new List<NameExpression>();
        var defaults = new List<Expression>();
        _stream.Expect("(");
        while (!_stream.Current.Is(")"))
        {
            if (parameters.Count > 0)
            {
                _stream.Expect(",");
            }

            NameExpression parameter = _targets.Name(isParameter: true);
            if (parameters.Any(other => other.Name == parameter.Name))
            {
                throw new TemplateSyntaxException($"duplicate argument '{parameter.Name}' in function definition", parameter.Line, "SyntaxError");
            }

            if (_stream.Skip("="))
            {
                defaults.Add(_expressions.Parse());
            }
            else if (defaults.Count > 0)
            {
                throw Fail("non-default argument follows default argument");
            }

            parameters.Add(parameter);
        }

        _stream.Expect(")");
        return ([.. parameters], [.. defaults]);
    }

    private FilterBlockStatement FilterBlock()
    {
        int line = _stream.Next().Line;
        var filter = (FilterExpression)_expressions.Operands.Filter(null, startsInline: true)!; // it starts with a filter, or has thrown
        return new FilterBlockStatement(filter, Statements("endfilter").Body) { Line = line };
    }

    private WithStatement With()
    {
        int line = _stream.Next().Line;
        var targets = new List<Expression>();
        var values = new List<Expression>();
        while (_stream.Current.Kind != TokenKind.BlockEnd)
        {
            if (targets.Count > 0)
            {
                _stream.Expect(",");
            }

            targets.Add(_targets.Any(withNamespace: false, isParameter: true));
            _stream.Expect("=");
            values.Add(_expressions.Parse());
        }

        return new WithStatement([.. targets], [.. values], Statements("endwith").Body) { Line = line };
    }

    private AutoescapeStatement Autoescape()
    {
        int line = _stream.Next().Line;
        Expression isOn = _expressions.Parse();
        return new AutoescapeStatement(isOn, Statements("endautoescape").Body) { Line = line };
    }

    private BlockStatement Block()
    {
        int line = _stream.Next().Line;
        string name = _stream.Expect(TokenKind.Name).Text;
        bool isScoped = _stream.SkipName("scoped");
        bool isRequired = _stream.SkipName("required");
        if (_stream.Current.Is("-"))
        {
            throw Fail("Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an underscore instead.");
        }

        Statement[] body = Statements("endblock").Body;
        _stream.SkipName(name);
        return new BlockStatement(name, body, isScoped, isRequired) { Line = line };
    }

    private OutputStatement Print()
    {
        int line = _stream.Next().Line;
        var parts = new List<Node>();
        while (_stream.Current.Kind != TokenKind.BlockEnd)
        {
            if (parts.Count > 0)
            {
                _stream.Expect(",");
            }

            parts.Add(_expressions.Parse());
        }

        return new OutputStatement([.. parts]) { Line = line };
    }

    private GenerationStatement Generation()
    {
        int line = _stream.Next().Line;
        return new GenerationStatement(new MacroDefinition("", [], [], Statements("endgeneration").Body)) { Line = line };
    }
}
