using Hone.Core.Errors;
using Hone.Processors.Patterns;
using Fragment = Hone.Inference.Constraints.GrammarBuilder.Fragment;

namespace Hone.Inference.Constraints;

/// <summary>Compiles a regular expression into a grammar; a character set becomes what <c>encode</c> makes of it, e.g. its form inside a JSON string.</summary>
/// <remarks>Of <see cref="PatternSyntax.EcmaScript"/> it takes what a finite automaton decides: conditions on a position other than <c>^</c> and <c>$</c> at the edges are refused.</remarks>
internal sealed class RegexGrammar(GrammarBuilder builder, string pattern, Func<CodePointSet, Fragment> encode)
{
    private const int MaxShown = 80;

    private readonly PatternNode _root = Parse(pattern);

    /// <summary>The texts that the pattern matches as a whole; anchors at its ends change nothing.</summary>
    public Fragment Whole() => builder.Choice(Alternatives().Select(parts => Build(Trim(parts).Inner)));

    /// <summary>The texts in which the pattern matches somewhere; an anchor ties it to that end.</summary>
    public Fragment Anywhere() => builder.Choice(Alternatives().Select(parts =>
    {
        (PatternNode inner, bool atStart, bool atEnd) = Trim(parts);
        Fragment any = builder.Star(encode(CodePointSet.All)), after = builder.Star(encode(CodePointSet.All));
        return builder.Sequence(atStart ? builder.Empty() : any, Build(inner), atEnd ? builder.Empty() : after);
    }));

    private static PatternNode Parse(string pattern)
    {
        try
        {
            return PatternParser.Parse(pattern, PatternSyntax.EcmaScript);
        }
        catch (PatternSyntaxException e)
        {
            throw Error(e.Where, $"{e.What.TrimEnd('.')}: {e.Facts}", e.Fix, e);
        }
    }

    private static HoneException Error(string where, string facts, string fix, Exception? inner = null) =>
        new("A regular expression cannot be used as a constraint.", where, facts, fix, inner);

    private IEnumerable<PatternNode> Alternatives() => _root is PatternNode.Choice choice ? choice.Parts : [_root];

    private static (PatternNode Inner, bool AtStart, bool AtEnd) Trim(PatternNode alternative)
    {
        IReadOnlyList<PatternNode> parts = alternative is PatternNode.Sequence sequence ? sequence.Parts : [alternative];
        bool atStart = parts is [PatternNode.Anchor { Kind: AnchorKind.TextStart }, ..];
        bool atEnd = parts is [.., PatternNode.Anchor { Kind: AnchorKind.TextEnd }];
        int skip = atStart ? 1 : 0, count = parts.Count - skip - (atEnd ? 1 : 0);
        return (new PatternNode.Sequence([.. parts.Skip(skip).Take(count)]), atStart, atEnd);
    }

    private Fragment Build(PatternNode node) => node switch
    {
        PatternNode.One one => encode(one.Set),
        PatternNode.Sequence sequence => builder.Sequence([.. sequence.Parts.Select(Build)]),
        PatternNode.Choice choice => builder.Choice(choice.Parts.Select(Build)),
        PatternNode.Repeat { Part: var part } repeat => builder.Repeat(() => Build(part), repeat.Min, repeat.Max < 0 ? null : repeat.Max),
        PatternNode.Anchor { Kind: AnchorKind.TextStart or AnchorKind.TextEnd } =>
            throw Error(Shown(), "'^' or '$' inside the pattern", "use them only at the beginning and the end of the pattern or of its alternatives"),
        PatternNode.Anchor => throw Error(Shown(), "a word boundary, which looks at two characters at once", "write the characters that may stand there"),
        PatternNode.Look => throw Error(Shown(), "look-around, which no finite automaton follows", "write the texts that are meant as alternatives or classes"),
        _ => throw new InvalidOperationException($"Unknown part {node.GetType().Name}."),
    };

    private string Shown() => pattern.Length <= MaxShown ? $"/{pattern}/" : $"/{pattern.AsSpan(0, MaxShown)}…/";
}
