using Hone.Processors.Patterns.Scanners;

namespace Hone.Processors.Patterns;

/// <summary>A regular expression as tokenizer files write them: Oniguruma's syntax, over code points, in bounded time. Safe for use by many threads.</summary>
/// <remarks>
/// Supported: alternation, groups (capturing ones only group), <c>(?i) (?m) (?x)</c> and their groups, look-ahead, look-behind of fixed length, greedy, lazy and
/// possessive quantifiers, <c>{m,n}</c>, atomic groups, classes with ranges, nesting and <c>&amp;&amp;</c>, <c>\p{…}</c> by general category, script or binary property,
/// <c>\s \d \w \h \R \X</c>, anchors. Whatever else is refused with its position. Source: Oniguruma 6.9.10, doc/RE.
/// </remarks>
public sealed class Pattern
{
    private readonly PatternProgram _program;
    private readonly PieceScanner? _scanner;
    private PatternMatcher? _idle;

    private Pattern(string expression, PatternProgram program, PieceScanner? scanner)
    {
        Expression = expression;
        _program = program;
        _scanner = scanner;
    }

    /// <summary>The expression as it was written.</summary>
    public string Expression { get; }

    /// <summary>Compiles an expression.</summary>
    /// <param name="expression">In Oniguruma's default syntax.</param>
    /// <exception cref="PatternSyntaxException">It is malformed or uses what is not supported; the error names the place.</exception>
    public static Pattern Compile(string expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        return new Pattern(expression, PatternCompiler.Compile(expression, PatternParser.Parse(expression)), WellKnownExpressions.Find(expression));
    }

    /// <summary>Compiles an expression for the general engine even if it is one that has a scanner: the reference of the scanner's tests.</summary>
    internal static Pattern CompileGeneral(string expression) =>
        new(expression, PatternCompiler.Compile(expression, PatternParser.Parse(expression)), scanner: null);

    /// <summary>A pattern that matches exactly a text, whatever characters it holds.</summary>
    public static Pattern Literal(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        PatternNode[] parts = [.. text.EnumerateRunes().Select(rune => new PatternNode.One(CodePointSet.Of(rune.Value)))];
        return new Pattern(text, PatternCompiler.Compile(text, new PatternNode.Sequence(parts)), scanner: null);
    }

    /// <summary>Finds the first match that begins at or after a position.</summary>
    /// <param name="text">Where to look; what lies before <paramref name="start"/> is seen by look-behind and anchors.</param>
    /// <param name="start">Where to begin, in UTF-16 units.</param>
    /// <param name="index">First UTF-16 unit of the match.</param>
    /// <param name="length">Its length in UTF-16 units, 0 for an empty match.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="PatternLimitException">The text is too long for how much the expression backtracks.</exception>
    public bool TryMatch(ReadOnlySpan<char> text, int start, out int index, out int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, text.Length);
        PatternMatcher matcher = Rent();
        bool found = matcher.TryFind(text, start, out index, out length);
        Return(matcher);
        return found;
    }

    /// <summary>All matches from left to right, without overlap. Bounds the time over all matches, so prefer it to repeated <see cref="TryMatch"/>.</summary>
    public PatternMatches EnumerateMatches(ReadOnlySpan<char> text) => new(this, text);

    /// <inheritdoc/>
    public override string ToString() => Expression;

    // One matcher is kept for the next use; threads that find none make their own.
    internal PatternMatcher Rent() => Interlocked.Exchange(ref _idle, null) ?? new PatternMatcher(Expression, _program, _scanner);

    internal void Return(PatternMatcher matcher)
    {
        matcher.Reset();
        Volatile.Write(ref _idle, matcher);
    }
}
