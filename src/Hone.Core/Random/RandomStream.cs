using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Hone.Core.Random;

/// <summary>A random stream named by its purpose (<c>data</c>, <c>dropout</c>, <c>sampling</c>), reproducible from the run's seed.</summary>
/// <remarks>
/// <para>The stream is an indexable sequence of 32-bit words; <c>Next…</c> reads at <see cref="Position"/> and moves on, <c>…At</c> reads anywhere.
/// Streams of different names or seeds share no words, so drawing more numbers for one purpose never changes another.</para>
/// <para>Integers and uniform numbers are identical on every platform. Normal numbers go through the platform's logarithm, sine and cosine
/// in double precision and are rounded to float, so their last bit may differ between operating systems.</para>
/// <para>Instances are not safe for concurrent <c>Next…</c> calls; the <c>…At</c> methods are pure.</para>
/// </remarks>
public sealed class RandomStream
{
    private const float SingleStep = 1f / (1 << 24);   // 24 bits fill a float's significand
    private const double DoubleStep = 1.0 / (1L << 53); // 53 bits fill a double's significand
    private const double WordStep = 1.0 / (1L << 32);

    private readonly ulong _key;
    private readonly ulong _sequence;
    private ulong _cachedIndex;
    private PhiloxBlock _cached;

    /// <summary>Creates the stream of a purpose.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="name">The purpose; part of the reproducibility contract, so renaming a stream changes its numbers.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public RandomStream(ulong seed, string name)
        : this(Derive(seed, 0, name))
    {
    }

    /// <summary>Continues a stream from a stored state.</summary>
    public RandomStream(RandomState state)
    {
        _key = state.Key;
        _sequence = state.Sequence;
        Position = state.Position;
        _cached = Philox4x32.Block(0, _sequence, _key);
    }

    /// <summary>Number of 32-bit words drawn so far; setting it jumps in constant time.</summary>
    public ulong Position { get; set; }

    /// <summary>The numbers from which this stream can be continued.</summary>
    public RandomState State => new(_key, _sequence, Position);

    /// <summary>Creates an independent stream below this one, for example one per sample.</summary>
    /// <remarks>Depends on this stream's identity only, not on its position.</remarks>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public RandomStream CreateChild(string name) => new(Derive(_key, _sequence, name));

    /// <summary>Reads the word at an index without moving the stream.</summary>
    public uint UInt32At(ulong index) =>
        Philox4x32.Block(index / Philox4x32.WordsPerBlock, _sequence, _key)[(int)(index % Philox4x32.WordsPerBlock)];

    /// <summary>Reads the uniform number in [0, 1) at an index without moving the stream.</summary>
    public float SingleAt(ulong index) => ToSingle(UInt32At(index));

    /// <summary>Reads the standard normal number at an index without moving the stream.</summary>
    /// <remarks>
    /// Box-Muller on the words <c>2⌊i/2⌋</c> and <c>2⌊i/2⌋ + 1</c>: <c>r = √(−2 ln u₁)</c>, <c>r cos 2πu₂</c> for even and <c>r sin 2πu₂</c> for odd indices.
    /// Source: Box and Muller, "A note on the generation of random normal deviates", 1958. u₁ is never zero, so |value| ≤ 6.8.
    /// </remarks>
    public float NormalAt(ulong index) => NormalOf(Philox4x32.Block(index / Philox4x32.WordsPerBlock, _sequence, _key), index);

    /// <summary>Draws 32 random bits; takes one word.</summary>
    public uint NextUInt32()
    {
        ulong index = Position++;
        return CachedBlock(index / Philox4x32.WordsPerBlock)[(int)(index % Philox4x32.WordsPerBlock)];
    }

    /// <summary>Draws 64 random bits; takes two words, the first one in the low half.</summary>
    public ulong NextUInt64()
    {
        uint low = NextUInt32();
        return ((ulong)NextUInt32() << 32) | low;
    }

    /// <summary>Draws a uniform number in [0, 1) with 24 random bits; takes one word.</summary>
    public float NextSingle() => ToSingle(NextUInt32());

    /// <summary>Draws a uniform number in [0, 1) with 53 random bits; takes two words.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * DoubleStep;

    /// <summary>Draws a standard normal number; takes one word of the pair that <see cref="NormalAt"/> names.</summary>
    public float NextNormal()
    {
        ulong index = Position++;
        return NormalOf(CachedBlock(index / Philox4x32.WordsPerBlock), index);
    }

    /// <summary>Draws an integer in [0, <paramref name="exclusiveMax"/>) without bias.</summary>
    /// <remarks>Source: Lemire, "Fast random integer generation in an interval", 2019 (multiply, reject the few surplus values).</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="exclusiveMax"/> is not positive.</exception>
    public int NextInt32(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMax);
        return (int)NextBelow((uint)exclusiveMax);
    }

    /// <summary>Draws an integer in [0, <paramref name="exclusiveMax"/>) without bias.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="exclusiveMax"/> is not positive.</exception>
    public long NextInt64(long exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMax);
        ulong bound = (ulong)exclusiveMax;
        if (bound <= uint.MaxValue)
        {
            return NextBelow((uint)bound);
        }

        ulong high = Math.BigMul(NextUInt64(), bound, out ulong low);
        if (low < bound)
        {
            ulong surplus = (0 - bound) % bound;
            while (low < surplus)
            {
                high = Math.BigMul(NextUInt64(), bound, out low);
            }
        }

        return (long)high;
    }

    /// <summary>Fills a span with uniform numbers in [0, 1); takes one word an element.</summary>
    public void FillUniform(Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = NextSingle();
        }
    }

    /// <summary>Fills a span with normal numbers of the given mean and standard deviation; takes one word an element.</summary>
    public void FillNormal(Span<float> destination, float mean = 0f, float standardDeviation = 1f)
    {
        int i = 0;
        if ((Position & 1) != 0 && destination.Length > 0)
        {
            destination[i++] = mean + standardDeviation * NextNormal();
        }

        for (; i + 1 < destination.Length; i += 2)
        {
            uint first = NextUInt32();
            (double cosine, double sine) = NormalPair(first, NextUInt32());
            destination[i] = mean + standardDeviation * (float)cosine;
            destination[i + 1] = mean + standardDeviation * (float)sine;
        }

        if (i < destination.Length)
        {
            destination[i] = mean + standardDeviation * NextNormal();
        }
    }

    /// <summary>Puts the items into a uniformly random order (Fisher-Yates, from the end).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt32(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>Creates a uniformly random order of the numbers 0 to <paramref name="count"/> − 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public int[] CreatePermutation(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int[] order = new int[count];
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
        }

        Shuffle(order.AsSpan());
        return order;
    }

    private static float ToSingle(uint word) => (word >> 8) * SingleStep;

    private static float NormalOf(PhiloxBlock block, ulong index)
    {
        (double cosine, double sine) = (index & 2) == 0 ? NormalPair(block.Word0, block.Word1) : NormalPair(block.Word2, block.Word3);
        return (float)((index & 1) == 0 ? cosine : sine);
    }

    private static (double Cosine, double Sine) NormalPair(uint first, uint second)
    {
        double radius = Math.Sqrt(-2.0 * Math.Log((first + 0.5) * WordStep));
        (double sine, double cosine) = Math.SinCos(2.0 * Math.PI * (second * WordStep));
        return (radius * cosine, radius * sine);
    }

    private static RandomState Derive(ulong first, ulong second, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        byte[] text = Encoding.UTF8.GetBytes(name);
        byte[] message = new byte[16 + text.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(message, first);
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(8), second);
        text.CopyTo(message, 16);
        byte[] hash = SHA256.HashData(message);
        return new RandomState(BinaryPrimitives.ReadUInt64LittleEndian(hash), BinaryPrimitives.ReadUInt64LittleEndian(hash.AsSpan(8)), 0);
    }

    private uint NextBelow(uint bound)
    {
        ulong product = (ulong)NextUInt32() * bound;
        if ((uint)product < bound)
        {
            uint surplus = (0 - bound) % bound;
            while ((uint)product < surplus)
            {
                product = (ulong)NextUInt32() * bound;
            }
        }

        return (uint)(product >> 32);
    }

    // Only the Next… methods come here: they already belong to the one thread that moves the position.
    private PhiloxBlock CachedBlock(ulong index)
    {
        if (index != _cachedIndex)
        {
            _cached = Philox4x32.Block(index, _sequence, _key);
            _cachedIndex = index;
        }

        return _cached;
    }
}
