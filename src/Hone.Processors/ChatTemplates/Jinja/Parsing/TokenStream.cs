namespace Hone.Processors.ChatTemplates.Jinja.Parsing;

/// <summary>Tokens under a cursor.</summary>
internal sealed class TokenStream(List<Token> tokens)
{
    /// <summary>Position of the current token.</summary>
    public int Position { get; private set; }

    public Token Current => tokens[Position];

    public Token Look => tokens[Math.Min(Position + 1, tokens.Count - 1)];

    /// <summary>How many tokens lie before the first one of a kind; what a tag costs to execute.</summary>
    public int LengthUntil(TokenKind kind, int from)
    {
        int end = tokens.FindIndex(from, token => token.Kind == kind);
        return Math.Max(1, (end < 0 ? tokens.Count : end) - from);
    }

    /// <summary>The tokens between two positions.</summary>
    public List<Token> Range(int from, int to) => tokens[from..to];

    /// <summary>Takes the current token; the last one stays.</summary>
    public Token Next()
    {
        Token token = Current;
        Position = Math.Min(Position + 1, tokens.Count - 1);
        return token;
    }

    /// <summary>Takes the current token if it is this keyword.</summary>
    public bool SkipName(string name)
    {
        bool found = Current.IsName(name);
        if (found)
        {
            Next();
        }

        return found;
    }

    /// <summary>Takes the current token if it is this operator.</summary>
    public bool Skip(string sign)
    {
        bool found = Current.Is(sign);
        if (found)
        {
            Next();
        }

        return found;
    }

    /// <summary>Takes the current token, which must be this operator.</summary>
    public Token Expect(string sign) => Current.Is(sign) ? Next() : throw Unexpected(sign);

    /// <summary>Takes the current token, which must be of this kind.</summary>
    public Token Expect(TokenKind kind) => Current.Kind == kind ? Next() : throw Unexpected(new Token(kind, "name", null, 0).Description);

    /// <summary>Takes the current token, which must be this keyword.</summary>
    public Token ExpectName(string name) => Current.IsName(name) ? Next() : throw Unexpected(name);

    public TemplateSyntaxException Unexpected(string expected) => new(
        Current.Kind == TokenKind.End ? $"unexpected end of template, expected '{expected}'." : $"expected token '{expected}', got '{Current.Description}'",
        Current.Line);
}
