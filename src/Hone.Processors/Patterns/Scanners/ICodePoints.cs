namespace Hone.Processors.Patterns.Scanners;

/// <summary>A text whose code points a scanner reads, in UTF-8 or UTF-16. Positions count units; every method may be called inside the text only.</summary>
internal interface ICodePoints
{
    /// <summary>The <see cref="CodePointClasses"/> of the code point at a position.</summary>
    /// <param name="at">Its first unit.</param>
    /// <param name="width">Its number of units.</param>
    int ClassesAt(int at, out int width);

    /// <summary>The unit at a position; equals the code point if that is an ASCII character.</summary>
    int UnitAt(int at);

    /// <summary>Whether <c>ſ</c>, which folds to <c>s</c>, stands at a position.</summary>
    bool IsLongS(int at, int end, out int width);

    /// <summary>The end of the run of ASCII letters that begins at a position.</summary>
    int SkipAsciiLetters(int at, int end);
}
