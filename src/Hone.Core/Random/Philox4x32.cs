using System.Runtime.CompilerServices;

namespace Hone.Core.Random;

/// <summary>Philox4x32-10, the counter-based generator behind every random number in Hone: a pure function from (counter, key) to 128 bits.</summary>
/// <remarks>
/// <para>Because nothing is carried from one block to the next, any element of a stream can be computed alone: a dropout mask is recomputed
/// in the backward pass instead of stored, and the result does not depend on the number of threads.</para>
/// <para>Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 5 (Random123, 10 rounds).</para>
/// </remarks>
public static class Philox4x32
{
    /// <summary>Number of 32-bit words in one block.</summary>
    public const int WordsPerBlock = 4;

    // Multipliers and Weyl increments of the published generator.
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>Computes the block that belongs to a counter and a key.</summary>
    /// <param name="counter">Counter words, least significant first.</param>
    /// <param name="key">Two 32-bit key words, the first one in the low half.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxBlock Block(PhiloxBlock counter, ulong key)
    {
        uint x0 = counter.Word0, x1 = counter.Word1, x2 = counter.Word2, x3 = counter.Word3;
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * x0;
            ulong product1 = (ulong)Multiplier1 * x2;
            x0 = (uint)(product1 >> 32) ^ x1 ^ k0;
            x1 = (uint)product1;
            x2 = (uint)(product0 >> 32) ^ x3 ^ k1;
            x3 = (uint)product0;
            k0 += Weyl0;
            k1 += Weyl1;
        }

        return new PhiloxBlock(x0, x1, x2, x3);
    }

    /// <summary>Computes the block number <paramref name="index"/> of the sub-sequence <paramref name="sequence"/>.</summary>
    /// <param name="index">Low half of the 128-bit counter.</param>
    /// <param name="sequence">High half of the 128-bit counter; different values never overlap.</param>
    /// <param name="key">The generator's key.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxBlock Block(ulong index, ulong sequence, ulong key) =>
        Block(new PhiloxBlock((uint)index, (uint)(index >> 32), (uint)sequence, (uint)(sequence >> 32)), key);
}
