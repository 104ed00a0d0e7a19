using Hone.Processors.ChatTemplates.Jinja.Syntax;

namespace Hone.Processors.ChatTemplates.Jinja.Parsing;

/// <summary>Parses what is assigned to.</summary>
internal sealed class TargetParser(TokenStream stream, ExpressionParser expressions)
{
    /// <summary>The target of an assignment: a name, an attribute of a namespace, or a tuple of them.</summary>
    public Expression Any(bool withNamespace, bool isParameter)
    {
        int line = stream.Current.Line;
        Expression target = withNamespace && stream.Look.Is(".") ? NamespaceAttribute() : expressions.TupleOf(Item, isParenthesized: false);
        MakeTarget(target, isParameter, line);
        return target;

        Expression Item() => withNamespace && stream.Current.Kind == TokenKind.Name && stream.Look.Is(".") ? NamespaceAttribute() : expressions.Operands.Primary();
    }

    /// <summary>A single name that is assigned.</summary>
    public NameExpression Name(bool isParameter)
    {
        Token token = stream.Expect(TokenKind.Name);
        var name = new NameExpression(token.Text) { Line = token.Line };
        MakeTarget(name, isParameter, token.Line);
        return name;
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
}
