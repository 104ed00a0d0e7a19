namespace Hone.Processors.Tokenizers.PreTokenizers;

/// <summary>Splits at a string or a regular expression.</summary>
/// <param name="pattern">What matches.</param>
/// <param name="behavior">What becomes of the delimiters.</param>
/// <param name="invert">Whether the delimiters are what does not match.</param>
internal sealed class SplitPreTokenizer(TextPattern pattern, SplitBehavior behavior, bool invert) : PreTokenizer
{
    /// <summary>What matches.</summary>
    public TextPattern Pattern { get; } = pattern;

    /// <summary>Whether every match and every stretch between matches is a piece.</summary>
    public bool IsIsolating { get; } = behavior == SplitBehavior.Isolated && !invert;

    /// <inheritdoc/>
    public override void PreTokenize(PreTokenizedText text) => text.Split((piece, output) =>
    {
        List<SplitSpan> spans = Pattern.Cut(piece.Text);
        if (invert)
        {
            spans = spans.ConvertAll(span => span with { IsMatch = !span.IsMatch });
        }

        PieceSplitter.Split(piece, spans, behavior, output);
    });
}
