namespace Hone.Processors.Tokenizers.PostProcessors;

/// <summary>Lays the texts and special tokens out as two templates say, one for single texts and one for pairs.</summary>
internal sealed class TemplatePostProcessor(IReadOnlyList<TemplatePiece> single, IReadOnlyList<TemplatePiece> pair) : PostProcessor
{
    /// <summary>The layout of a single text.</summary>
    public IReadOnlyList<TemplatePiece> Single { get; } = single;

    /// <inheritdoc/>
    public override int AddedTokens(bool isPair) => (isPair ? pair : Single).Sum(piece => piece.Tokens.Count);

    /// <inheritdoc/>
    public override List<EncodedSequence> Process(List<EncodedSequence> encodings, bool addSpecialTokens)
    {
        var laidOut = new List<EncodedSequence>();
        foreach (TemplatePiece piece in encodings.Count > 1 ? pair : Single)
        {
            if (piece.Sequence >= 0)
            {
                EncodedSequence text = encodings[piece.Sequence].Clone();
                text.SetTypeIds(piece.TypeId);
                text.SetSequence(piece.Sequence);
                laidOut.Add(text);
            }
            else if (addSpecialTokens)
            {
                var tokens = new EncodedSequence();
                foreach ((int id, string token) in piece.Tokens)
                {
                    tokens.AddSpecial(id, token, piece.TypeId);
                }

                laidOut.Add(tokens);
            }
        }

        return laidOut;
    }
}
