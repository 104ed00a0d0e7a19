namespace Hone.Cli.Commands;

/// <summary>Reads texts from standard input, one a line.</summary>
internal static class TextLines
{
    /// <summary>All lines, empty ones included: results are numbered like them.</summary>
    public static IEnumerable<string> Read(TextReader reader)
    {
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
