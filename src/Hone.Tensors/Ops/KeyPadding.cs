using System.Collections.Immutable;

namespace Hone.Tensors;

/// <summary>Which keys of each sequence of a batch are real and which are padding that no query sees.</summary>
public sealed class KeyPadding
{
    private KeyPadding(ImmutableArray<(int Begin, int End)> ranges, bool[]? mask, int keys)
    {
        Ranges = ranges;
        Mask = mask;
        Keys = keys;
    }

    /// <summary>The keys [Begin, End) of each sequence outside which all are padding.</summary>
    public ImmutableArray<(int Begin, int End)> Ranges { get; }

    /// <summary>Whether single keys inside the ranges are hidden too, <c>[sequences, keys]</c>; null when none is.</summary>
    internal bool[]? Mask { get; }

    /// <summary>Keys a sequence that a mask was given for; 0 when only ranges are known.</summary>
    internal int Keys { get; }

    /// <summary>Padding behind the keys: sequence <c>b</c> has <c>lengths[b]</c> keys.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A length is negative.</exception>
    public static KeyPadding FromLengths(params ReadOnlySpan<int> lengths)
    {
        ImmutableArray<(int Begin, int End)>.Builder ranges = ImmutableArray.CreateBuilder<(int Begin, int End)>(lengths.Length);
        foreach (int length in lengths)
        {
            ranges.Add((0, length));
        }

        return FromRanges(ranges.MoveToImmutable().AsSpan());
    }

    /// <summary>Padding before and behind the keys: sequence <c>b</c> has the keys [Begin, End).</summary>
    /// <exception cref="ArgumentOutOfRangeException">A range begins below 0 or ends before it begins.</exception>
    public static KeyPadding FromRanges(params ReadOnlySpan<(int Begin, int End)> ranges)
    {
        foreach ((int begin, int end) in ranges)
        {
            if (begin < 0 || end < begin)
            {
                throw new ArgumentOutOfRangeException(nameof(ranges), $"[{begin}, {end})", "attention: a range of keys must begin at 0 or above and not end before.");
            }
        }

        return new KeyPadding([.. ranges], null, 0);
    }

    /// <summary>Padding anywhere.</summary>
    /// <param name="mask">Bool <c>[batch, keys]</c>, true where a key is real (a tokenizer's <c>attention_mask</c>). Read now, not kept.</param>
    /// <exception cref="Errors.ShapeMismatchException">The mask has not two dimensions.</exception>
    /// <exception cref="Errors.TensorException">The mask is not bool.</exception>
    public static KeyPadding FromMask(Tensor mask)
    {
        OpGuard.RequireDType("scaled_dot_product_attention", mask, DType.Bool, "the key mask");
        OpGuard.RequireShape("scaled_dot_product_attention", mask.Rank == 2, "the key mask must have two dimensions.", $"mask {mask}", "It is bool [batch, keys].");
        bool[] values = mask.ToArray<bool>();
        int keys = mask.Shape[1];
        bool hasHoles = false;
        ImmutableArray<(int Begin, int End)>.Builder ranges = ImmutableArray.CreateBuilder<(int Begin, int End)>(mask.Shape[0]);
        for (int b = 0; b < mask.Shape[0]; b++)
        {
            ReadOnlySpan<bool> row = values.AsSpan(b * keys, keys);
            int begin = Math.Max(0, row.IndexOf(true));
            int end = row.LastIndexOf(true) + 1;
            ranges.Add((Math.Min(begin, end), end));
            hasHoles |= end > begin && row[begin..end].Contains(false);
        }

        return new KeyPadding(ranges.MoveToImmutable(), hasHoles ? values : null, keys);
    }
}
