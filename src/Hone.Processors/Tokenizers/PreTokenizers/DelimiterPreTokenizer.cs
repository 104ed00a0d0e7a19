using System.Text;

namespace Hone.Processors.Tokenizers.PreTokenizers;

/// <summary>Splits at single code points of one class: white space, digits, punctuation, or one given character.</summary>
/// <remarks>Serves the types WhitespaceSplit, Digits, Punctuation, CharDelimiterSplit and, two of them in a row, BertPreTokenizer.</remarks>
internal sealed class DelimiterPreTokenizer(Func<Rune, bool> isDelimiter, SplitBehavior behavior) : PreTokenizer
{
    /// <summary>The class.</summary>
    public Func<Rune, bool> IsDelimiter { get; } = isDelimiter;

    /// <summary>What becomes of the delimiters.</summary>
    public SplitBehavior Behavior { get; } = behavior;

    /// <inheritdoc/>
    public override void PreTokenize(PreTokenizedText text) => text.Split((piece, output) => PieceSplitter.Split(piece, IsDelimiter, Behavior, output));
}
