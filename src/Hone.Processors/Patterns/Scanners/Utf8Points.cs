using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hone.Processors.Patterns.Scanners;

/// <summary>A valid UTF-8 text followed by <see cref="Padding"/> readable bytes.</summary>
internal readonly unsafe struct Utf8Points(byte* start) : ICodePoints
{
    /// <summary>Bytes behind the text that are read with it, of any value.</summary>
    public const int Padding = 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ClassesAt(int at, out int width)
    {
        byte lead = start[at];
        if (lead < 0x80)
        {
            width = 1;
            return CodePointClasses.Of(lead);
        }

        return WideClassesAt(start + at, lead, out width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int UnitAt(int at) => start[at];

    public bool IsLongS(int at, int end, out int width)
    {
        width = 2;
        return at + 1 < end && start[at] == 0xC5 && start[at + 1] == 0xBF;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int SkipAsciiLetters(int at, int end)
    {
        while (true)
        {
            // Folded to small letters and moved to zero, letters are the bytes below 26. Reads up to 15 bytes into the padding.
            Vector128<byte> moved = (Vector128.Load(start + at) | Vector128.Create((byte)0x20)) - Vector128.Create((byte)'a');
            uint others = ~Vector128.LessThan(moved, Vector128.Create((byte)26)).ExtractMostSignificantBits();
            int run = BitOperations.TrailingZeroCount(others); // bits 16 and up are set
            at += run;
            if (run < Vector128<byte>.Count || at >= end)
            {
                return Math.Min(at, end);
            }
        }
    }

    private static int WideClassesAt(byte* at, byte lead, out int width)
    {
        int code;
        if (lead < 0xE0)
        {
            width = 2;
            code = ((lead & 0x1F) << 6) | (at[1] & 0x3F);
        }
        else if (lead < 0xF0)
        {
            width = 3;
            code = ((lead & 0x0F) << 12) | ((at[1] & 0x3F) << 6) | (at[2] & 0x3F);
        }
        else
        {
            width = 4;
            code = ((lead & 0x07) << 18) | ((at[1] & 0x3F) << 12) | ((at[2] & 0x3F) << 6) | (at[3] & 0x3F);
        }

        return CodePointClasses.Of(code);
    }
}
