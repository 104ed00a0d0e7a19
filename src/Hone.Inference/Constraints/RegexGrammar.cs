using Hone.Core.Errors;
using Fragment = Hone.Inference.Constraints.GrammarBuilder.Fragment;

namespace Hone.Inference.Constraints;

/// <summary>Compiles a regular expression into a grammar; a character set becomes what <c>encode</c> makes of it, e.g. its form inside a JSON string.</summary>
internal sealed class RegexGrammar(GrammarBuilder builder, string pattern, Func<CodePointSet, Fragment> encode)
{
    private readonly RegexNode _root = RegexParser.Parse(pattern);

    /// <summary>The texts that the pattern matches as a whole; anchors at its ends change nothing.</summary>
    public Fragment Whole() => builder.Choice(Alternatives().Select(parts => Build(Trim(parts).Inner)));

    /// <summary>The texts in which the pattern matches somewhere; an anchor ties it to that end.</summary>
    public Fragment Anywhere() => builder.Choice(Alternatives().Select(parts =>
    {
        (RegexNode inner, bool atStart, bool atEnd) = Trim(parts);
        Fragment any = builder.Star(encode(CodePointSet.All)), after = builder.Star(encode(CodePointSet.All));
        return builder.Sequence(atStart ? builder.Empty() : any, Build(inner), atEnd ? builder.Empty() : after);
    }));

    private IEnumerable<RegexNode> Alternatives() => _root is RegexNode.Choice choice ? choice.Parts : [_root];

    private (RegexNode Inner, bool AtStart, bool AtEnd) Trim(RegexNode alternative)
    {
        if (alternative is not RegexNode.Sequence { Parts: [_, ..] parts })
        {
            return (alternative, false, false);
        }

        bool atStart = parts[0] is RegexNode.Anchor { IsStart: true };
        bool atEnd = parts[^1] is RegexNode.Anchor { IsStart: false };
        int skip = atStart ? 1 : 0, count = parts.Count - skip - (atEnd ? 1 : 0);
        return (new RegexNode.Sequence([.. parts.Skip(skip).Take(count)]), atStart, atEnd);
    }

    private Fragment Build(RegexNode node) => node switch
    {
        RegexNode.Set set => encode(set.Characters),
        RegexNode.Sequence sequence => builder.Sequence([.. sequence.Parts.Select(Build)]),
        RegexNode.Choice choice => builder.Choice(choice.Parts.Select(Build)),
        RegexNode.Repeat { Part: var part } repeat => builder.Repeat(() => Build(part), repeat.Min, repeat.Max),
        _ => throw new HoneException(
            "A regular expression cannot be used as a constraint.", $"/{pattern}/", "'^' or '$' inside the pattern", "use them only at the beginning and the end of the pattern or of its alternatives"),
    };
}
