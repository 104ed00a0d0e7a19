using System.Text;
using Hone.Processors.Tokenizers.Models;

namespace Hone.Processors.Tokenizers.Decoders;

/// <summary>Turns runs of tokens <c>&lt;0xNN&gt;</c> into the text of their bytes, or into one U+FFFD a byte where they are no text.</summary>
internal sealed class ByteFallbackDecoder : Decoder
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public override List<string> Decode(List<string> tokens)
    {
        var output = new List<string>(tokens.Count);
        var run = new List<byte>();
        foreach (string token in tokens)
        {
            if (ByteTokens.TryParse(token, out byte value))
            {
                run.Add(value);
            }
            else
            {
                Flush(run, output);
                output.Add(token);
            }
        }

        Flush(run, output);
        return output;
    }

    private static void Flush(List<byte> run, List<string> output)
    {
        if (run.Count == 0)
        {
            return;
        }

        try
        {
            output.Add(s_strict.GetString([.. run]));
        }
        catch (DecoderFallbackException)
        {
            output.AddRange(Enumerable.Repeat("\uFFFD", run.Count));
        }

        run.Clear();
    }
}
