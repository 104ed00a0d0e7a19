using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.PreTokenizers;

/// <summary>Splits where the script changes; kana count as ideographs, and spaces belong to any script.</summary>
/// <remarks>Source: <c>split_by_unicode_script</c> of SentencePiece. Spaces at the very beginning are dropped, as in the reference.</remarks>
internal sealed class UnicodeScriptsPreTokenizer : PreTokenizer
{
    private const byte AnyScript = 0;
    private static readonly Lazy<byte[]> s_scripts = new(ReadScripts);

    /// <inheritdoc/>
    public override void PreTokenize(PreTokenizedText text) => text.Split((piece, output) =>
    {
        int start = -1;
        int last = -1;
        for (int i = 0; i < piece.Length; i += CodePoint.LengthAt(piece.Text, i))
        {
            int script = s_scripts.Value[CodePoint.At(piece.Text, i).Value];
            if (script == AnyScript)
            {
                continue;
            }

            if (last != script)
            {
                if (start >= 0)
                {
                    output.Add(new PreTokenizedPiece(piece.Slice(start, i)));
                }

                start = i;
            }

            last = script;
        }

        if (start >= 0)
        {
            output.Add(new PreTokenizedPiece(piece.Slice(start, piece.Length)));
        }
    });

    private static byte[] ReadScripts()
    {
        var scripts = new byte[0x110000];
        var numbers = new Dictionary<string, byte>(StringComparer.Ordinal) { ["Han"] = 1, ["Hiragana"] = 1, ["Katakana"] = 1 };
        foreach ((int first, int last, string name) in UnicodeTables.ReadRanges("script"))
        {
            if (!numbers.TryGetValue(name, out byte number))
            {
                numbers[name] = number = (byte)(numbers.Count + 1);
            }

            scripts.AsSpan(first, last - first + 1).Fill(number);
        }

        scripts[' '] = AnyScript;
        scripts[0x30FC] = numbers["Han"];  // the mark of long vowels in kana
        return scripts;
    }
}
