using Hone.Core.Errors;

namespace Hone.Processors.Patterns;

/// <summary>A regular expression of a tokenizer file is malformed or uses syntax that Hone does not have.</summary>
public sealed class PatternSyntaxException : HoneException
{
    internal PatternSyntaxException(string what, string expression, int position, string fix)
        : base(what, $"position {position} of the expression", Excerpt(expression, position), fix)
    {
        Expression = expression;
        Position = position;
    }

    /// <summary>The whole expression.</summary>
    public string Expression { get; }

    /// <summary>Where the offending part begins, in UTF-16 units.</summary>
    public int Position { get; }

    private static string Excerpt(string expression, int position)
    {
        const int Before = 20, After = 30;
        int start = Math.Max(0, position - Before), end = Math.Min(expression.Length, position + After);
        return $"{(start > 0 ? "…" : "")}{expression[start..position]}⟶{expression[position..end]}{(end < expression.Length ? "…" : "")}";
    }
}
