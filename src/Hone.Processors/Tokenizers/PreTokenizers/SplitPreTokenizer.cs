namespace Hone.Processors.Tokenizers.PreTokenizers;

/// <summary>Splits at a string or a regular expression.</summary>
/// <param name="pattern">What matches.</param>
/// <param name="behavior">What becomes of the delimiters.</param>
/// <param name="invert">Whether the delimiters are what does not match.</param>
internal sealed class SplitPreTokenizer(TextPattern pattern, SplitBehavior behavior, bool invert) : PreTokenizer
{
    /// <inheritdoc/>
    public override void PreTokenize(PreTokenizedText text) => text.Split((piece, output) =>
    {
        List<SplitSpan> spans = pattern.Cut(piece.Text);
        if (invert)
        {
            spans = spans.ConvertAll(span => span with { IsMatch = !span.IsMatch });
        }

        PieceSplitter.Split(piece, spans, behavior, output);
    });
}
