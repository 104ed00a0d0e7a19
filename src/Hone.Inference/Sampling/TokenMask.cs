using System.Numerics;

namespace Hone.Inference.Sampling;

/// <summary>A set of token ids: one bit a token.</summary>
internal sealed class TokenMask
{
    private const int WordBits = 64;

    private readonly ulong[] _words;

    /// <summary>Creates an empty set over a vocabulary.</summary>
    public TokenMask(int vocabularySize)
    {
        _words = new ulong[(vocabularySize + WordBits - 1) / WordBits];
    }

    /// <summary>Number of tokens in the set.</summary>
    public int Count => _words.Sum(word => BitOperations.PopCount(word));

    /// <summary>Whether the token is in the set.</summary>
    public bool this[int token] => (uint)(token / WordBits) < (uint)_words.Length && (_words[token / WordBits] >> (token % WordBits) & 1) != 0;

    /// <summary>Adds a token.</summary>
    public void Add(int token) => _words[token / WordBits] |= 1UL << (token % WordBits);

    /// <summary>Makes every token outside the set impossible.</summary>
    /// <param name="scores">By token id; may be longer than the set's vocabulary, whose tokens are the only ones kept.</param>
    /// <param name="exceptions">Tokens outside the set that stay as they are.</param>
    public void Apply(Span<float> scores, ReadOnlySpan<int> exceptions)
    {
        Span<float> kept = exceptions.Length <= 64 ? stackalloc float[exceptions.Length] : new float[exceptions.Length];
        for (int i = 0; i < exceptions.Length; i++)
        {
            kept[i] = (uint)exceptions[i] < (uint)scores.Length ? scores[exceptions[i]] : 0;
        }

        for (int word = 0; word * WordBits < scores.Length; word++)
        {
            ulong bits = word < _words.Length ? _words[word] : 0;
            if (bits != ulong.MaxValue)
            {
                Span<float> block = scores.Slice(word * WordBits, Math.Min(WordBits, scores.Length - (word * WordBits)));
                ApplyWord(bits, block);
            }
        }

        for (int i = 0; i < exceptions.Length; i++)
        {
            if ((uint)exceptions[i] < (uint)scores.Length)
            {
                scores[exceptions[i]] = kept[i];
            }
        }
    }

    private static void ApplyWord(ulong bits, Span<float> block)
    {
        if (bits == 0)
        {
            block.Fill(float.NegativeInfinity);
            return;
        }

        for (int i = 0; i < block.Length; i++)
        {
            if ((bits >> i & 1) == 0)
            {
                block[i] = float.NegativeInfinity;
            }
        }
    }
}
