namespace Hone.Processors.Tokenizers.PostProcessors;

/// <summary>Lays the texts and special tokens out as two templates say, one for single texts and one for pairs.</summary>
internal sealed class TemplatePostProcessor(IReadOnlyList<TemplatePiece> single, IReadOnlyList<TemplatePiece> pair) : PostProcessor
{
    /// <summary>Puts a token before and one behind each text; the second text of a pair has segment number 1.</summary>
    public static TemplatePostProcessor Around((int Id, string Token)? begin, (int Id, string Token)? end)
    {
        TemplatePiece[] Text(int number) =>
        [
            .. begin is { } first ? [new TemplatePiece(-1, [first], number)] : Array.Empty<TemplatePiece>(),
            new TemplatePiece(number, [], number),
            .. end is { } last ? [new TemplatePiece(-1, [last], number)] : Array.Empty<TemplatePiece>(),
        ];
        return new TemplatePostProcessor(Text(0), [.. Text(0), .. Text(1)]);
    }

    /// <summary>BERT's layout: one token before the first text, one behind each.</summary>
    public static TemplatePostProcessor Bert((int Id, string Token) begin, (int Id, string Token) separator)
    {
        TemplatePiece[] single = [new TemplatePiece(-1, [begin], 0), new TemplatePiece(0, [], 0), new TemplatePiece(-1, [separator], 0)];
        return new TemplatePostProcessor(single, [.. single, new TemplatePiece(1, [], 1), new TemplatePiece(-1, [separator], 1)]);
    }

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
