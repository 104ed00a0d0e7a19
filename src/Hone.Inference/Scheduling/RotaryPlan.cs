using Hone.Models.Nn;

namespace Hone.Inference.Scheduling;

/// <summary>What a model whose rotary embedding goes by the text's length needs from an engine: which lengths rows go by, and which pages may be shared.</summary>
/// <param name="rule">The model's rule; none for most models.</param>
internal sealed class RotaryPlan(RotaryLengthRule? rule)
{
    /// <summary>Whether the text has grown beyond the length for which its keys were made, so that they must be computed anew.</summary>
    public bool OutgrowsCache(Sequence sequence) => sequence.Table is { } table && table.Root != RootOf(sequence);

    /// <summary>Root of the prefixes that the text can share.</summary>
    public long RootOf(Sequence sequence)
    {
        bool isLong = rule is { IsGradual: false, Longest: var longest } && sequence.Count > longest;
        return (2 * sequence.Request.PrefixRoot) - (isLong ? 1 : 0);
    }

    /// <summary>How many tokens at the beginning have keys that other texts would have too.</summary>
    public int SharableTokens(Sequence sequence) => rule switch
    {
        { IsGradual: true, Longest: var longest } => sequence.PromptLength <= longest ? Math.Min(longest, sequence.Count) : 0,
        _ => sequence.Count,
    };

    /// <summary>The lengths that the rows of a step go by.</summary>
    /// <returns><see langword="null"/> when the model does not ask.</returns>
    public IReadOnlyList<RotarySpan>? SpansOf(IReadOnlyList<ScheduledChunk> chunks)
    {
        if (rule is not { } asked)
        {
            return null;
        }

        var spans = new List<RotarySpan>();
        foreach (ScheduledChunk chunk in chunks)
        {
            if (!asked.IsGradual)
            {
                Add(spans, chunk.Count, chunk.Sequence.Count > asked.Longest ? Math.Max(chunk.Sequence.Count, asked.Longest + 1) : asked.Longest);
                continue;
            }

            for (int position = chunk.First; position < chunk.First + chunk.Count; position++)
            {
                Add(spans, 1, Math.Max(asked.Longest, Math.Max(position + 1, chunk.Sequence.PromptLength)));
            }
        }

        return spans;
    }

    private static void Add(List<RotarySpan> spans, int rows, int length)
    {
        if (spans.Count > 0 && spans[^1].Length == length)
        {
            spans[^1] = spans[^1] with { Rows = spans[^1].Rows + rows };
        }
        else
        {
            spans.Add(new RotarySpan(rows, length));
        }
    }
}
