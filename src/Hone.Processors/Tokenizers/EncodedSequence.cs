using System.Runtime.InteropServices;

namespace Hone.Processors.Tokenizers;

/// <summary>An encoding in the making: what post-processors, truncation and padding work on.</summary>
/// <remarks>Source: <c>Encoding</c> of Hugging Face <c>tokenizers</c>; the order of overflowing windows is its order.</remarks>
internal sealed class EncodedSequence
{
    /// <summary>No word, no sequence: the token is special or padding.</summary>
    public const int None = -1;

    private readonly SortedDictionary<int, (int Start, int End)> _sequences = [];

    public List<int> Ids { get; } = [];

    public List<string> Tokens { get; } = [];

    public List<TokenOffset> Offsets { get; } = [];

    public List<int> TypeIds { get; } = [];

    public List<int> Words { get; } = [];

    public List<byte> SpecialMask { get; } = [];

    public List<byte> AttentionMask { get; } = [];

    public List<EncodedSequence> Overflowing { get; private set; } = [];

    public int Length => Ids.Count;

    public void Add(int id, string token, TokenOffset offset, int typeId, int word)
    {
        Ids.Add(id);
        Tokens.Add(token);
        Offsets.Add(offset);
        TypeIds.Add(typeId);
        Words.Add(word);
        SpecialMask.Add(0);
        AttentionMask.Add(1);
    }

    public void AddSpecial(int id, string token, int typeId)
    {
        Add(id, token, default, typeId, None);
        SpecialMask[^1] = 1;
    }

    /// <summary>Says that all tokens belong to the sequence with this number.</summary>
    public void SetSequence(int sequence) => _sequences[sequence] = (0, Length);

    public void SetSequence(int sequence, int start, int end) => _sequences[sequence] = (start, end);

    public void SetTypeIds(int typeId) => CollectionsMarshal.AsSpan(TypeIds).Fill(typeId);

    /// <summary>A copy that shares nothing with this one but its windows.</summary>
    public EncodedSequence Clone()
    {
        EncodedSequence copy = Window(0, Length);
        foreach ((int sequence, (int Start, int End) range) in _sequences)
        {
            copy._sequences[sequence] = range;
        }

        copy.Overflowing.AddRange(Overflowing);
        return copy;
    }

    /// <summary>Cuts to <paramref name="maxLength"/> tokens; what does not fit becomes overflowing windows that share <paramref name="stride"/> tokens.</summary>
    public void Truncate(int maxLength, int stride, TruncationSide side)
    {
        if (maxLength >= Length)
        {
            return;
        }

        if (maxLength == 0)
        {
            EncodedSequence all = Clone();
            Assign(new EncodedSequence());
            Overflowing = [all];
            return;
        }

        List<(int Start, int End)> windows = Windows(maxLength, maxLength - stride, side);
        EncodedSequence first = Window(windows[0].Start, windows[0].End);
        var rest = windows.Skip(1).Select(window => Window(window.Start, window.End)).ToList();
        Assign(first);
        Overflowing = rest;
    }

    /// <summary>Appends another encoding; overflowing windows of both are combined.</summary>
    public void Append(EncodedSequence other)
    {
        var overflowing = new List<EncodedSequence>();
        foreach (EncodedSequence mine in Overflowing)
        {
            overflowing.Add(Joined(mine, other));
            overflowing.AddRange(other.Overflowing.Select(theirs => Joined(mine, theirs)));
        }

        overflowing.AddRange(other.Overflowing.Select(theirs => Joined(this, theirs)));

        foreach ((int sequence, (int start, int end)) in other._sequences)
        {
            _sequences[sequence] = (Length + start, Length + end);
        }

        AppendTokens(other, 0, other.Length);
        Overflowing = overflowing;
    }

    /// <summary>Pads this encoding and its overflowing windows.</summary>
    public void Pad(int length, PaddingOptions padding)
    {
        foreach (EncodedSequence window in Overflowing)
        {
            window.Pad(length, padding);
        }

        int missing = length - Length;
        if (missing <= 0)
        {
            return;
        }

        int at = padding.Side == PaddingSide.Left ? 0 : Length;
        Ids.InsertRange(at, Enumerable.Repeat(padding.PadId, missing));
        Tokens.InsertRange(at, Enumerable.Repeat(padding.PadToken, missing));
        Offsets.InsertRange(at, Enumerable.Repeat(default(TokenOffset), missing));
        TypeIds.InsertRange(at, Enumerable.Repeat(padding.PadTypeId, missing));
        Words.InsertRange(at, Enumerable.Repeat(None, missing));
        SpecialMask.InsertRange(at, Enumerable.Repeat((byte)1, missing));
        AttentionMask.InsertRange(at, Enumerable.Repeat((byte)0, missing));
        if (at == 0)
        {
            foreach ((int sequence, (int start, int end)) in _sequences.ToList())
            {
                _sequences[sequence] = (start + missing, end + missing);
            }
        }
    }

    /// <summary>The finished, immutable encoding.</summary>
    public TokenEncoding ToEncoding()
    {
        int[] sequences = new int[Length];
        Array.Fill(sequences, _sequences.Count == 0 ? 0 : None);
        foreach ((int sequence, (int start, int end)) in _sequences)
        {
            Array.Fill(sequences, sequence, start, end - start);
        }

        return new TokenEncoding
        {
            Ids = [.. Ids],
            Tokens = [.. Tokens],
            Offsets = [.. Offsets],
            TypeIds = [.. TypeIds],
            Words = [.. Words.Select(Nullable)],
            Sequences = [.. sequences.Select(Nullable)],
            SpecialTokensMask = [.. SpecialMask],
            AttentionMask = [.. AttentionMask],
            Overflowing = [.. Overflowing.Select(window => window.ToEncoding())],
        };
    }

    private static int? Nullable(int value) => value == None ? null : value;

    private static EncodedSequence Joined(EncodedSequence first, EncodedSequence second)
    {
        EncodedSequence joined = first.Clone();
        joined.Overflowing = [];

        foreach ((int sequence, (int start, int end)) in second._sequences)
        {
            joined._sequences[sequence] = (joined.Length + start, joined.Length + end);
        }

        joined.AppendTokens(second, 0, second.Length);
        return joined;
    }

    private List<(int Start, int End)> Windows(int size, int step, TruncationSide side)
    {
        var windows = new List<(int Start, int End)>();
        if (side == TruncationSide.Right)
        {
            for (int start = 0; windows.Count == 0 || windows[^1].End < Length; start += step)
            {
                windows.Add((start, Math.Min(start + size, Length)));
            }
        }
        else
        {
            for (int end = Length; windows.Count == 0 || windows[^1].Start > 0; end -= step)
            {
                windows.Add((Math.Max(end - size, 0), end));
            }
        }

        return windows;
    }

    private EncodedSequence Window(int start, int end)
    {
        var window = new EncodedSequence();
        window.AppendTokens(this, start, end);
        return window;
    }

    /// <summary>Appends a range of another's tokens, without sequence numbers and windows.</summary>
    public void AppendTokens(EncodedSequence other, int start, int end)
    {
        int count = end - start;
        Ids.AddRange(CollectionsMarshal.AsSpan(other.Ids).Slice(start, count));
        Tokens.AddRange(CollectionsMarshal.AsSpan(other.Tokens).Slice(start, count));
        Offsets.AddRange(CollectionsMarshal.AsSpan(other.Offsets).Slice(start, count));
        TypeIds.AddRange(CollectionsMarshal.AsSpan(other.TypeIds).Slice(start, count));
        Words.AddRange(CollectionsMarshal.AsSpan(other.Words).Slice(start, count));
        SpecialMask.AddRange(CollectionsMarshal.AsSpan(other.SpecialMask).Slice(start, count));
        AttentionMask.AddRange(CollectionsMarshal.AsSpan(other.AttentionMask).Slice(start, count));
    }

    /// <summary>Takes over the tokens of another; sequence numbers and windows are forgotten.</summary>
    private void Assign(EncodedSequence other)
    {
        Ids.Clear();
        Tokens.Clear();
        Offsets.Clear();
        TypeIds.Clear();
        Words.Clear();
        SpecialMask.Clear();
        AttentionMask.Clear();
        _sequences.Clear();
        AppendTokens(other, 0, other.Length);
    }
}
