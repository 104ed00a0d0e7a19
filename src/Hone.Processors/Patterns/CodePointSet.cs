using System.Runtime.CompilerServices;
using System.Text;

namespace Hone.Processors.Patterns;

/// <summary>An immutable set of Unicode code points, surrogates included.</summary>
/// <remarks>Held as an inversion list: sorted bounds at which membership changes. A bitmap of the first plane, built on first use, answers most questions.</remarks>
public sealed class CodePointSet
{
    /// <summary>One past the last code point.</summary>
    public const int Limit = 0x110000;

    private const int BitmapLimit = 0x10000;

    private readonly int[] _bounds;
    private readonly ulong _ascii0, _ascii1;
    private ulong[]? _bitmap;

    private CodePointSet(int[] bounds)
    {
        _bounds = bounds;
        for (int i = 0; i < bounds.Length && bounds[i] < 128; i += 2)
        {
            int count = Math.Min(bounds[i + 1], 128) - bounds[i];
            UInt128 members = (UInt128.MaxValue >> (128 - count)) << bounds[i];
            _ascii0 |= (ulong)members;
            _ascii1 |= (ulong)(members >> 64);
        }
    }

    /// <summary>Nothing.</summary>
    public static CodePointSet Empty { get; } = new([]);

    /// <summary>Everything.</summary>
    public static CodePointSet All { get; } = new([0, Limit]);

    /// <summary>Whether no code point is in the set.</summary>
    public bool IsEmpty => _bounds.Length == 0;

    /// <summary>The only member, or −1.</summary>
    public int Single => _bounds is [int first, int end] && end == first + 1 ? first : -1;

    /// <summary>The code points <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    /// <param name="first">From 0 on.</param>
    /// <param name="last">Not below <paramref name="first"/>, below <see cref="Limit"/>.</param>
    public static CodePointSet Range(int first, int last) => new([first, last + 1]);

    /// <summary>The code points listed.</summary>
    public static CodePointSet Of(params ReadOnlySpan<int> codes)
    {
        var ranges = new List<(int First, int End)>(codes.Length);
        foreach (int code in codes)
        {
            ranges.Add((code, code + 1));
        }

        return FromRanges(ranges);
    }

    /// <summary>The union of half-open ranges in any order, overlapping or not; sorts the list.</summary>
    internal static CodePointSet FromRanges(List<(int First, int End)> ranges)
    {
        ranges.Sort();
        var bounds = new List<int>(2 * ranges.Count);
        foreach ((int first, int end) in ranges)
        {
            if (end <= first)
            {
                continue;
            }

            if (bounds.Count > 0 && first <= bounds[^1])
            {
                bounds[^1] = Math.Max(bounds[^1], end);
            }
            else
            {
                bounds.Add(first);
                bounds.Add(end);
            }
        }

        return new CodePointSet([.. bounds]);
    }

    /// <summary>Half-open ranges in order.</summary>
    public IEnumerable<(int First, int End)> Ranges()
    {
        for (int i = 0; i < _bounds.Length; i += 2)
        {
            yield return (_bounds[i], _bounds[i + 1]);
        }
    }

    /// <summary>What is in either set.</summary>
    public CodePointSet Union(CodePointSet other) => Combine(other, static (a, b) => a || b);

    /// <summary>What is in both sets.</summary>
    public CodePointSet Intersect(CodePointSet other) => Combine(other, static (a, b) => a && b);

    /// <summary>What is in this set and not in the other.</summary>
    public CodePointSet Except(CodePointSet other) => Combine(other, static (a, b) => a && !b);

    /// <summary>What is not in the set.</summary>
    public CodePointSet Complement() => All.Except(this);

    /// <summary>Whether a code point is in the set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(int code) => code < 128
        ? (((code < 64 ? _ascii0 : _ascii1) >> (code & 63)) & 1) != 0
        : ContainsWide(code);

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder("[");
        foreach ((int first, int end) in Ranges())
        {
            text.Append(text.Length > 1 ? " " : "").Append($"{first:X4}");
            if (end > first + 1)
            {
                text.Append($"-{end - 1:X4}");
            }
        }

        return text.Append(']').ToString();
    }

    private bool ContainsWide(int code)
    {
        if (code >= BitmapLimit)
        {
            return Search(code);
        }

        ulong[] bitmap = _bitmap ??= BuildBitmap();
        return ((bitmap[code >> 6] >> (code & 63)) & 1) != 0;
    }

    private ulong[] BuildBitmap()
    {
        var bitmap = new ulong[BitmapLimit / 64];
        foreach ((int first, int end) in Ranges())
        {
            for (int code = first; code < Math.Min(end, BitmapLimit); code++)
            {
                bitmap[code >> 6] |= 1UL << (code & 63);
            }
        }

        return bitmap;
    }

    // An odd number of bounds at or below the code point means that it is inside.
    private bool Search(int code)
    {
        int index = Array.BinarySearch(_bounds, code);
        return index >= 0 ? (index & 1) == 0 : (~index & 1) != 0;
    }

    private CodePointSet Combine(CodePointSet other, Func<bool, bool, bool> keep)
    {
        var bounds = new List<int>();
        int[] a = _bounds, b = other._bounds;
        int i = 0, j = 0;
        bool inside = false;
        while (i < a.Length || j < b.Length)
        {
            int at = Math.Min(i < a.Length ? a[i] : Limit, j < b.Length ? b[j] : Limit);
            if (at == Limit)
            {
                break;
            }

            i += i < a.Length && a[i] == at ? 1 : 0;
            j += j < b.Length && b[j] == at ? 1 : 0;
            if (keep((i & 1) != 0, (j & 1) != 0) != inside)
            {
                bounds.Add(at);
                inside = !inside;
            }
        }

        if (inside)
        {
            bounds.Add(Limit);
        }

        return new CodePointSet([.. bounds]);
    }
}
