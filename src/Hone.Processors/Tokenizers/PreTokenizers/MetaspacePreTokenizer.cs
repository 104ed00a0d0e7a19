namespace Hone.Processors.Tokenizers.PreTokenizers;

/// <summary>Writes a marker for each space and splits before the markers.</summary>
/// <remarks>Source: the white space marker of SentencePiece, Kudo and Richardson, arXiv:1808.06226, section 3.1.</remarks>
internal sealed class MetaspacePreTokenizer(string marker, PrependScheme scheme, bool split) : PreTokenizer
{
    private static readonly TextPattern s_space = TextPattern.Literal(" ");
    private readonly TextPattern _marker = TextPattern.Literal(marker);

    /// <inheritdoc/>
    public override void PreTokenize(PreTokenizedText text) => text.Split((piece, output) =>
    {
        piece.Replace(s_space, marker);
        bool prepends = scheme == PrependScheme.Always || (scheme == PrependScheme.First && piece.OriginalStart == 0);
        if (prepends && !piece.Text.StartsWith(marker, StringComparison.Ordinal))
        {
            piece.Prepend(marker);
        }

        if (split)
        {
            PieceSplitter.Split(piece, _marker.Cut(piece.Text), SplitBehavior.MergedWithNext, output);
        }
        else
        {
            output.Add(new PreTokenizedPiece(piece));
        }
    });
}
