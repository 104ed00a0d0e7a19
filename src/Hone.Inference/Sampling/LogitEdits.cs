using System.Collections.Immutable;

namespace Hone.Inference.Sampling;

/// <summary>Changes the logits of single tokens: penalties for tokens seen before, and bans.</summary>
internal sealed class LogitEdits
{
    private int[] _counts = [];
    private int[] _seenIn = [];
    private int _round;

    /// <summary>Applies everything that comes before the temperature.</summary>
    /// <param name="scores">Logits by token id, changed in place; banned tokens get −∞.</param>
    /// <param name="options">What to apply.</param>
    /// <param name="tokens">Prompt and output.</param>
    /// <param name="promptLength">Number of tokens of the prompt.</param>
    public void Apply(Span<float> scores, SamplingOptions options, ReadOnlySpan<int> tokens, int promptLength)
    {
        if (options.RepetitionPenalty != 1)
        {
            PenalizeRepetition(scores, (float)options.RepetitionPenalty, tokens);
        }

        if (options.NoRepeatNgramSize > 0)
        {
            BanRepeatedRuns(scores, options.NoRepeatNgramSize, tokens);
        }

        BanWords(scores, options.BadWords, tokens);
        Ban(scores, options.SuppressTokens.AsSpan());
        if (options.PresencePenalty != 0 || options.FrequencyPenalty != 0)
        {
            PenalizePresence(scores, (float)options.PresencePenalty, (float)options.FrequencyPenalty, tokens[promptLength..]);
        }
    }

    /// <summary>Makes tokens impossible; ids outside the vocabulary cannot appear anyway.</summary>
    public static void Ban(Span<float> scores, ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens)
        {
            if ((uint)token < (uint)scores.Length)
            {
                scores[token] = float.NegativeInfinity;
            }
        }
    }

    private void PenalizeRepetition(Span<float> scores, float penalty, ReadOnlySpan<int> tokens)
    {
        BeginRound(scores.Length);
        foreach (int token in tokens)
        {
            if ((uint)token < (uint)scores.Length && _seenIn[token] != _round)
            {
                _seenIn[token] = _round;
                scores[token] = scores[token] < 0 ? scores[token] * penalty : scores[token] / penalty;
            }
        }
    }

    private void PenalizePresence(Span<float> scores, float presence, float frequency, ReadOnlySpan<int> output)
    {
        BeginRound(scores.Length);
        foreach (int token in output)
        {
            if ((uint)token < (uint)scores.Length)
            {
                _counts[token] = _seenIn[token] == _round ? _counts[token] + 1 : 1;
                _seenIn[token] = _round;
            }
        }

        BeginRound(scores.Length);
        foreach (int token in output)
        {
            if ((uint)token < (uint)scores.Length && _seenIn[token] != _round)
            {
                _seenIn[token] = _round;
                scores[token] = scores[token] - (frequency * _counts[token]) - presence;
            }
        }
    }

    private static void BanRepeatedRuns(Span<float> scores, int size, ReadOnlySpan<int> tokens)
    {
        if (tokens.Length + 1 < size)
        {
            return;
        }

        ReadOnlySpan<int> tail = tokens[(tokens.Length - size + 1)..];
        for (int start = 0; start + size <= tokens.Length; start++)
        {
            if (tokens.Slice(start, size - 1).SequenceEqual(tail))
            {
                Ban(scores, tokens.Slice(start + size - 1, 1));
            }
        }
    }

    private static void BanWords(Span<float> scores, ImmutableArray<ImmutableArray<int>> words, ReadOnlySpan<int> tokens)
    {
        if (words.IsDefaultOrEmpty)
        {
            return;
        }

        foreach (ImmutableArray<int> word in words)
        {
            if (tokens.EndsWith(word.AsSpan()[..^1]))
            {
                Ban(scores, word.AsSpan()[^1..]);
            }
        }
    }

    // A new round forgets which tokens were seen without clearing an array as long as the vocabulary.
    private void BeginRound(int vocabulary)
    {
        if (_seenIn.Length < vocabulary || _round == int.MaxValue)
        {
            _seenIn = new int[vocabulary];
            _counts = new int[vocabulary];
            _round = 0;
        }

        _round++;
    }
}
