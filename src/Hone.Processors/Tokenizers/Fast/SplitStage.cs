using System.Text;
using Hone.Processors.Patterns;

namespace Hone.Processors.Tokenizers.Fast;

/// <summary>One of several splits in a row: matches and the stretches between them become pieces.</summary>
internal abstract record SplitStage
{
    /// <summary>At the matches of an expression.</summary>
    public sealed record ByPattern(Pattern Pattern) : SplitStage;

    /// <summary>At single code points of a class.</summary>
    public sealed record ByCharacter(Func<Rune, bool> IsDelimiter) : SplitStage;
}
