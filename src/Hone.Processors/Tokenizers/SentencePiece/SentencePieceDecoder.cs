using System.Text;
using Hone.Processors.Tokenizers.Models;

namespace Hone.Processors.Tokenizers.SentencePiece;

/// <summary>SentencePiece's detokenization: markers become spaces, the one that was put before the text goes, bytes become characters.</summary>
/// <remarks>Source: <c>sentencepiece_processor.cc</c>, <c>Decode</c>. A byte that is part of no character becomes one U+FFFD.</remarks>
internal sealed class SentencePieceDecoder(PieceVocabulary vocabulary, SentencePieceSettings settings) : Decoders.Decoder
{
    private static readonly string s_marker = SentencePieceNormalizer.Marker.ToString();

    /// <inheritdoc/>
    public override List<string> Decode(List<string> tokens)
    {
        var output = new List<string>(tokens.Count);
        var bytes = new List<byte>();
        bool atStart = true;
        bool sawPrefix = false;
        bool empty = true;
        foreach (string token in tokens)
        {
            if (vocabulary.IdOf(token) is int id && vocabulary[id].Kind == PieceKind.Byte && ByteTokens.TryParse(token, out byte value))
            {
                bytes.Add(value);
                continue;
            }

            empty &= !Flush(bytes, output);
            atStart &= empty && !sawPrefix;
            string text = Surface(token, atStart, out sawPrefix);
            empty &= text.Length == 0;
            output.Add(text);
        }

        Flush(bytes, output);
        return output;
    }

    private string Surface(string token, bool atStart, out bool sawPrefix)
    {
        sawPrefix = false;
        if (token == vocabulary[vocabulary.UnknownId].Text)
        {
            return settings.UnknownSurface;
        }

        int from = 0;
        if (atStart && (settings.AddDummyPrefix || settings.RemoveExtraWhitespaces) && token.StartsWith(SentencePieceNormalizer.Marker))
        {
            from = 1;
            sawPrefix = !settings.RemoveExtraWhitespaces;  // where extra spaces go, all leading ones do
        }

        return token[from..].Replace(s_marker, " ", StringComparison.Ordinal);
    }

    private static bool Flush(List<byte> bytes, List<string> output)
    {
        if (bytes.Count == 0)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = bytes.ToArray();
        var text = new StringBuilder();
        while (rest.Length > 0)
        {
            bool valid = Rune.DecodeFromUtf8(rest, out Rune rune, out int consumed) == System.Buffers.OperationStatus.Done;
            text.Append(valid ? rune.ToString() : "\uFFFD");
            rest = rest[(valid ? consumed : 1)..];
        }

        output.Add(text.ToString());
        bytes.Clear();
        return true;
    }
}
