using System.Collections.Immutable;
using System.Text;

namespace Hone.Inference.Stopping;

/// <summary>Looks for stop strings in text that arrives piece by piece and holds back what may yet become one.</summary>
/// <remarks>The first stop string to be complete ends the text where it begins; how the text is cut into pieces makes no difference.</remarks>
internal sealed class StopTextMatcher
{
    private readonly ImmutableArray<string> _stops;
    private readonly int _longest;
    private readonly StringBuilder _held = new();

    /// <summary>Starts at the beginning of a text.</summary>
    /// <param name="stops">Not empty strings; none means that all text passes.</param>
    public StopTextMatcher(ImmutableArray<string> stops)
    {
        _stops = stops.IsDefault ? [] : stops;
        _longest = _stops.IsEmpty ? 0 : _stops.Max(stop => stop.Length);
    }

    /// <summary>The stop string that ended the text.</summary>
    public string? Found { get; private set; }

    /// <summary>Takes the next piece.</summary>
    /// <returns>The text that is now certain to belong to the result.</returns>
    public string Append(string piece)
    {
        if (_stops.IsEmpty || Found is not null)
        {
            return Found is null ? piece : "";
        }

        int scanned = _held.Length;
        _held.Append(piece);
        string text = _held.ToString();
        if (FindFirstComplete(text, scanned) is { } start)
        {
            _held.Clear();
            return text[..start];
        }

        int certain = text.Length - PossibleBeginning(text);
        _held.Remove(0, certain);
        return text[..certain];
    }

    /// <summary>Ends the text.</summary>
    /// <returns>What was held back and turned out to be no stop string.</returns>
    public string Finish()
    {
        string rest = _held.ToString();
        _held.Clear();
        return rest;
    }

    // The stop string with the earliest end; of those that end there, the longest.
    private int? FindFirstComplete(string text, int scanned)
    {
        int firstEnd = int.MaxValue;
        foreach (string stop in _stops)
        {
            int start = text.IndexOf(stop, Math.Max(0, scanned - stop.Length + 1), StringComparison.Ordinal);
            if (start >= 0 && (start + stop.Length < firstEnd || (start + stop.Length == firstEnd && stop.Length > Found!.Length))) // set with firstEnd
            {
                firstEnd = start + stop.Length;
                Found = stop;
            }
        }

        return Found is null ? null : firstEnd - Found.Length;
    }

    // Length of the longest end of the text that begins a stop string.
    private int PossibleBeginning(string text)
    {
        for (int length = Math.Min(text.Length, _longest - 1); length > 0; length--)
        {
            string end = text[^length..];
            if (_stops.Any(stop => stop.Length > length && stop.StartsWith(end, StringComparison.Ordinal)))
            {
                return length;
            }
        }

        return 0;
    }
}
