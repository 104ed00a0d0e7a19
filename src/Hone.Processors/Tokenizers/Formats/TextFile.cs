using System.Text;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>Reads text files line by line, as UTF-8 and nothing else.</summary>
internal static class TextFile
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The lines without their ends (LF or CR LF); other separators of Unicode are part of a line.</summary>
    /// <exception cref="TokenizerFormatException">The file is not UTF-8.</exception>
    public static IEnumerable<string> ReadLines(string file)
    {
        string text;
        try
        {
            text = s_strict.GetString(File.ReadAllBytes(file));
        }
        catch (DecoderFallbackException error)
        {
            throw new TokenizerFormatException("The file is not UTF-8.", file, $"byte {error.Index}", "If the file came from a download, fetch it again.", error);
        }

        return text.Split('\n').Select(line => line.EndsWith('\r') ? line[..^1] : line);
    }
}
