using Hone.Processors.Tokenizers.Normalizers;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.Fast;

/// <summary>The way from text to ids alone, for pipelines that it knows; gives what the general way gives. Safe for use by many threads.</summary>
/// <remarks>It keeps no offsets, writes no intermediate strings, and allocates nothing but the result once its memory has grown to the texts.</remarks>
internal sealed class IdEncoder
{
    private readonly AddedVocabulary _added;
    private readonly Normalizer? _normalizer;
    private readonly int[] _before, _after;
    private readonly Func<SegmentEncoder> _create;
    private readonly SegmentEncoder?[] _idle = new SegmentEncoder?[Environment.ProcessorCount];

    private IdEncoder(Tokenizer tokenizer, (int[] Before, int[] After) surrounding, Func<SegmentEncoder> create)
    {
        _added = tokenizer.Added;
        _normalizer = tokenizer.Pipeline.Normalizer;
        (_before, _after) = surrounding;
        _create = create;
    }

    /// <summary>The fast way of a tokenizer, or <see langword="null"/> where there is none.</summary>
    public static IdEncoder? TryCreate(Tokenizer tokenizer)
    {
        Func<SegmentEncoder>? create = ByteLevelFactory.TryCreate(tokenizer.Pipeline);
        return create is not null && tokenizer.SurroundingIds() is { } surrounding ? new IdEncoder(tokenizer, surrounding, create) : null;
    }

    /// <summary>Encodes a text.</summary>
    public int[] Encode(string text, bool addSpecialTokens)
    {
        SegmentEncoder encoder = Rent();
        encoder.Ids.Clear();
        if (addSpecialTokens)
        {
            encoder.Ids.AddRange(_before);
        }

        EncodeRaw(CodePoint.Sanitize(text), encoder);
        if (addSpecialTokens)
        {
            encoder.Ids.AddRange(_after);
        }

        int[] ids = encoder.Ids.Ids.ToArray();
        Return(encoder);
        return ids;
    }

    private void EncodeRaw(ReadOnlySpan<char> text, SegmentEncoder encoder)
    {
        int done = 0, search = 0;
        while (_added.TryFind(text, normalized: false, done, ref search, out int start, out int end, out int id))
        {
            if (done < start)
            {
                EncodeNormalized(Normalize(text[done..start]), encoder);
            }

            encoder.Ids.Add(id);
            done = end;
        }

        if (done < text.Length)
        {
            EncodeNormalized(Normalize(text[done..]), encoder);
        }
    }

    private void EncodeNormalized(ReadOnlySpan<char> text, SegmentEncoder encoder)
    {
        int done = 0, search = 0;
        while (_added.TryFind(text, normalized: true, done, ref search, out int start, out int end, out int id))
        {
            if (done < start)
            {
                encoder.Encode(text[done..start]);
            }

            encoder.Ids.Add(id);
            done = end;
        }

        if (done < text.Length)
        {
            encoder.Encode(text[done..]);
        }
    }

    private ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text)
    {
        if (_normalizer is null || (_normalizer is UnicodeNormalizer { Form: UnicodeForm.C } && ComposedForm.IsCertain(text)))
        {
            return text;
        }

        AlignedText rewritten = AlignedText.Create(text.ToString());
        _normalizer.Normalize(rewritten);
        return rewritten.Text;
    }

    private SegmentEncoder Rent()
    {
        foreach (ref SegmentEncoder? slot in _idle.AsSpan())
        {
            if (Interlocked.Exchange(ref slot, null) is { } encoder)
            {
                return encoder;
            }
        }

        return _create();
    }

    // One that is not given back, after an exception or because all places are taken, is left to the garbage collector.
    private void Return(SegmentEncoder encoder)
    {
        foreach (ref SegmentEncoder? slot in _idle.AsSpan())
        {
            if (slot is null && Interlocked.CompareExchange(ref slot, encoder, null) is null)
            {
                return;
            }
        }
    }
}
