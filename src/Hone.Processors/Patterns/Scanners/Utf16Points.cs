using System.Runtime.CompilerServices;

namespace Hone.Processors.Patterns.Scanners;

/// <summary>A text in UTF-16; a surrogate without its partner is a code point of no class.</summary>
internal readonly ref struct Utf16Points(ReadOnlySpan<char> text) : ICodePoints
{
    private readonly ReadOnlySpan<char> _text = text;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ClassesAt(int at, out int width)
    {
        char unit = _text[at];
        if (char.IsHighSurrogate(unit) && at + 1 < _text.Length && char.IsLowSurrogate(_text[at + 1]))
        {
            width = 2;
            return CodePointClasses.Of(char.ConvertToUtf32(unit, _text[at + 1]));
        }

        width = 1;
        return CodePointClasses.Of(unit);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int UnitAt(int at) => _text[at];

    public bool IsLongS(int at, int end, out int width)
    {
        width = 1;
        return at < end && _text[at] == '\u017F';
    }

    public int SkipAsciiLetters(int at, int end)
    {
        while (at < end && char.IsAsciiLetter(_text[at]))
        {
            at++;
        }

        return at;
    }
}
