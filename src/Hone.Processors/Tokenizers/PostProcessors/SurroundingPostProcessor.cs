namespace Hone.Processors.Tokenizers.PostProcessors;

/// <summary>The fixed layouts of BERT (<c>[CLS] a [SEP] b [SEP]</c>) and RoBERTa (<c>&lt;s&gt; a &lt;/s&gt;&lt;/s&gt; b &lt;/s&gt;</c>).</summary>
internal sealed class SurroundingPostProcessor((int Id, string Token) begin, (int Id, string Token) separator) : PostProcessor
{
    /// <summary>Whether a separator stands before the second text too, and every segment number is 0: RoBERTa's layout.</summary>
    public bool DoubleSeparator { get; init; }

    /// <summary>Whether white space is trimmed off the offsets first, as the byte-level post-processor does it.</summary>
    public bool TrimOffsets { get; init; }

    /// <summary>Whether the pre-tokenizer put a space in front of the text.</summary>
    public bool AddPrefixSpace { get; init; }

    /// <inheritdoc/>
    public override int AddedTokens(bool isPair) => !isPair ? 2 : DoubleSeparator ? 4 : 3;

    /// <inheritdoc/>
    public override List<EncodedSequence> Process(List<EncodedSequence> encodings, bool addSpecialTokens)
    {
        foreach (EncodedSequence encoding in encodings)
        {
            if (TrimOffsets)
            {
                ByteLevelPostProcessor.TrimAll(encoding, AddPrefixSpace);
            }

            if (DoubleSeparator)
            {
                encoding.SetTypeIds(0);
            }
        }

        return addSpecialTokens ? [.. encodings.Select(SurroundAll)] : encodings;
    }

    private EncodedSequence SurroundAll(EncodedSequence encoding, int sequence)
    {
        EncodedSequence surrounded = Surround(encoding, sequence);
        surrounded.Overflowing.AddRange(encoding.Overflowing.Select(window => Surround(window, sequence)));
        return surrounded;
    }

    private EncodedSequence Surround(EncodedSequence encoding, int sequence)
    {
        int typeId = DoubleSeparator ? 0 : sequence;
        var surrounded = new EncodedSequence();
        if (sequence == 0)
        {
            surrounded.AddSpecial(begin.Id, begin.Token, typeId);
        }
        else if (DoubleSeparator)
        {
            surrounded.AddSpecial(separator.Id, separator.Token, typeId);
        }

        int start = surrounded.Length;
        surrounded.AppendTokens(encoding, 0, encoding.Length);
        surrounded.SetSequence(sequence, start, surrounded.Length);
        surrounded.AddSpecial(separator.Id, separator.Token, typeId);
        return surrounded;
    }
}
