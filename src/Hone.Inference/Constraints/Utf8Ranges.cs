using System.Text;

namespace Hone.Inference.Constraints;

/// <summary>Turns ranges of code points into ranges of UTF-8 bytes.</summary>
/// <remarks>Source: the construction of Ken Thompson's and Russ Cox's grep (Cox, "Regular Expression Matching in the Wild", 2010): cut at lengths, then at aligned blocks.</remarks>
internal static class Utf8Ranges
{
    private static readonly int[] LastOfLength = [0x7F, 0x7FF, 0xFFFF, 0x10FFFF];

    /// <summary>Receives one byte range for each byte of an encoding.</summary>
    public delegate void Receiver(ReadOnlySpan<(byte First, byte Last)> bytes);

    /// <summary>Splits a range without surrogates into sequences of byte ranges that together encode exactly it.</summary>
    public static void Split(int first, int last, Receiver receive)
    {
        foreach (int limit in LastOfLength)
        {
            if (first <= limit && first <= last)
            {
                SplitSameLength(first, Math.Min(last, limit), receive);
                first = limit + 1;
            }
        }
    }

    private static void SplitSameLength(int first, int last, Receiver receive)
    {
        Span<byte> low = stackalloc byte[4], high = stackalloc byte[4];
        int length = new Rune(first).EncodeToUtf8(low);
        for (int trailing = 1; trailing < length; trailing++)
        {
            int block = (1 << (6 * trailing)) - 1; // code points that share all but the last bytes
            if ((first & ~block) != (last & ~block))
            {
                if ((first & block) != 0)
                {
                    SplitSameLength(first, first | block, receive);
                    SplitSameLength((first | block) + 1, last, receive);
                    return;
                }

                if ((last & block) != block)
                {
                    SplitSameLength(first, (last & ~block) - 1, receive);
                    SplitSameLength(last & ~block, last, receive);
                    return;
                }
            }
        }

        new Rune(last).EncodeToUtf8(high);
        Span<(byte First, byte Last)> bytes = stackalloc (byte, byte)[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (low[i], high[i]);
        }

        receive(bytes);
    }
}
