using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hone.Processors.Tokenizers.Bpe;

/// <summary>Rank and result of every pair of tokens that merges: an open hash table, with a bitmap before it that turns most misses away.</summary>
internal sealed class PairTable
{
    /// <summary>Rank of pairs that do not merge; above all ranks.</summary>
    public const int None = int.MaxValue;

    // Bits of the bitmap per rule: one in sixteen misses passes.
    private const int FilterBitsPerRule = 16;

    private readonly Slot[] _slots;
    private readonly ulong[] _filter;
    private readonly int _slotShift, _filterShift;

    /// <summary>Stores the rules.</summary>
    public PairTable(ReadOnlySpan<MergeRule> rules)
    {
        uint capacity = BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, rules.Length + (rules.Length / 2)));
        uint filterBits = BitOperations.RoundUpToPowerOf2((uint)Math.Max(1024, rules.Length * FilterBitsPerRule));
        _slots = new Slot[capacity];
        _filter = new ulong[filterBits / 64];
        _slotShift = 64 - BitOperations.Log2(capacity);
        _filterShift = 64 - BitOperations.Log2(filterBits);
        Array.Fill(_slots, new Slot(0, -1, 0));
        foreach (MergeRule rule in rules)
        {
            Add(rule);
        }
    }

    /// <summary>Looks a pair up.</summary>
    /// <returns>Its rank, or <see cref="None"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int RankOf(int left, int right) => TryGet(left, right, out int rank, out _) ? rank : None;

    /// <summary>Looks a pair up.</summary>
    public bool TryGet(int left, int right, out int rank, out int result)
    {
        ulong key = Key(left, right), hash = Hash(key);
        uint bit = (uint)(hash >> _filterShift);
        if (((_filter[bit >> 6] >> (int)(bit & 63)) & 1) != 0)
        {
            ref Slot slots = ref MemoryMarshal.GetArrayDataReference(_slots);
            int mask = _slots.Length - 1;
            for (int at = (int)(hash >> _slotShift); ; at = (at + 1) & mask)
            {
                ref Slot slot = ref Unsafe.Add(ref slots, at);
                if (slot.Rank < 0)
                {
                    break;
                }

                if (slot.Key == key)
                {
                    (rank, result) = (slot.Rank, slot.Result);
                    return true;
                }
            }
        }

        (rank, result) = (None, -1);
        return false;
    }

    // A pair listed twice keeps its last rank, as in the reference.
    private void Add(MergeRule rule)
    {
        ulong key = Key(rule.Left, rule.Right), hash = Hash(key);
        uint bit = (uint)(hash >> _filterShift);
        _filter[bit >> 6] |= 1UL << (int)(bit & 63);
        int at = (int)(hash >> _slotShift);
        while (_slots[at].Rank >= 0 && _slots[at].Key != key)
        {
            at = (at + 1) & (_slots.Length - 1);
        }

        _slots[at] = new Slot(key, rule.Rank, rule.Result);
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    // Multiplicative hashing: 2^64 divided by the golden ratio, applied to both halves folded together.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash(ulong key)
    {
        key *= 0x9E3779B97F4A7C15;
        return (key ^ (key >> 32)) * 0x9E3779B97F4A7C15;
    }

    private readonly record struct Slot(ulong Key, int Rank, int Result);
}
