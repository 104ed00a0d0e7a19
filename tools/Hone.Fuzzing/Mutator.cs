using System.Buffers.Binary;
using System.Globalization;
using Hone.Core.Random;

namespace Hone.Fuzzing;

/// <summary>Makes the n-th broken input of a target from its seeds: the same for the same seed number, on every machine.</summary>
/// <param name="target">Whose seeds and words are used.</param>
/// <param name="seed">Number of the run.</param>
internal sealed class Mutator(FuzzTarget target, ulong seed)
{
    private const int MaxBytes = 1 << 20;

    private static readonly ulong[] s_integers =
    [
        0, 1, 2, 7, 8, 31, 32, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, ulong.MaxValue,
    ];

    private readonly IReadOnlyList<byte[]> _seeds = target.Seeds();
    private readonly RandomStream _inputs = new(seed, "fuzz/" + target.Name);

    /// <summary>The input with this number.</summary>
    public byte[] Input(long number)
    {
        RandomStream random = _inputs.CreateChild(number.ToString(CultureInfo.InvariantCulture));
        byte[] bytes = Pick(_seeds, random);
        int changes = 1 + (int)random.NextInt64(random.NextInt64(2) == 0 ? 2 : 12);
        if (target.IsJson && random.NextInt64(2) == 0)
        {
            return JsonChanges.Change(bytes, Pick(_seeds, random), changes, random);
        }

        for (int i = 0; i < changes; i++)
        {
            bytes = Change(bytes, random);
        }

        return bytes.Length > MaxBytes ? bytes[..MaxBytes] : bytes;
    }

    private byte[] Change(byte[] bytes, RandomStream random)
    {
        int at = Place(bytes, random), length = Math.Min(bytes.Length - at, 1 + (int)random.NextInt64(random.NextInt64(4) == 0 ? 4096 : 16));
        switch (random.NextInt64(11))
        {
            case 0 when bytes.Length > 0: return With(bytes, at, b => b[at] ^= (byte)(1 << (int)random.NextInt64(8)));
            case 1 when bytes.Length > 0: return With(bytes, at, b => b[at] = (byte)random.NextInt64(256));
            case 2: return bytes[..at]; // truncated
            case 3: return [.. bytes[..at], .. bytes[(at + length)..]]; // a piece is missing
            case 4: return [.. bytes[..(at + length)], .. bytes[at..]]; // a piece is there twice
            case 5: return [.. bytes[..at], .. Pick(target.Words, random), .. bytes[at..]];
            case 6:
            {
                byte[] word = Pick(target.Words, random);
                return [.. bytes[..at], .. word, .. bytes[Math.Min(bytes.Length, at + word.Length)..]];
            }

            case 7: return Overwrite(bytes, at, random);
            case 8:
            {
                byte[] other = Pick(_seeds, random);
                return [.. bytes[..at], .. other[Place(other, random)..]];
            }

            case 9:
            {
                int repeats = 1 << (int)random.NextInt64(12);
                byte[] word = Pick(target.Words, random);
                return [.. bytes[..at], .. Enumerable.Repeat(word, Math.Min(repeats, 1 + (MaxBytes / Math.Max(1, word.Length)))).SelectMany(w => w), .. bytes[at..]]; // deep nesting
            }

            default: return [.. bytes[..at], (byte)random.NextInt64(256), .. bytes[at..]];
        }
    }

    // The front of a file holds its structure, so it is hit more often than its share.
    private static int Place(byte[] bytes, RandomStream random) =>
        bytes.Length == 0 ? 0 : (int)random.NextInt64(random.NextInt64(3) == 0 ? Math.Min(bytes.Length, 128) : bytes.Length);

    private static byte[] Overwrite(byte[] bytes, int at, RandomStream random)
    {
        int width = 1 << (int)random.NextInt64(4);
        ulong value = s_integers[(int)random.NextInt64(s_integers.Length)];
        if (at + width > bytes.Length)
        {
            return bytes;
        }

        Span<byte> little = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(little, value);
        byte[] changed = [.. bytes];
        little[..width].CopyTo(changed.AsSpan(at));
        return changed;
    }

    private static byte[] With(byte[] bytes, int at, Action<byte[]> change)
    {
        if (at >= bytes.Length)
        {
            return bytes;
        }

        byte[] changed = [.. bytes];
        change(changed);
        return changed;
    }

    private static byte[] Pick(IReadOnlyList<byte[]> from, RandomStream random) => from[(int)random.NextInt64(from.Count)];
}
