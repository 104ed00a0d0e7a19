namespace Hone.Processors.Patterns.Scanners;

/// <summary>A hand-compiled expression: finds where pieces end, in time proportional to their length.</summary>
internal abstract unsafe class PieceScanner
{
    /// <summary>Matches at a position of a UTF-16 text.</summary>
    /// <returns>The end of the match, or −1.</returns>
    public abstract int MatchAt(ReadOnlySpan<char> text, int at);

    /// <summary>Cuts a UTF-8 text into matches and the stretches between them.</summary>
    /// <param name="text">Valid UTF-8 followed by <see cref="Utf8Points.Padding"/> readable bytes.</param>
    /// <param name="at">Where to begin.</param>
    /// <param name="end">Where the text ends.</param>
    /// <param name="ends">Receives the end of each piece; the last one written is where to go on.</param>
    /// <returns>Number of pieces, at least 1 if there is text.</returns>
    public abstract int Split(byte* text, int at, int end, Span<int> ends);
}
