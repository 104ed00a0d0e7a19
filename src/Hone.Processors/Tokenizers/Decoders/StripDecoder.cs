using System.Text;

namespace Hone.Processors.Tokenizers.Decoders;

/// <summary>Removes up to a number of equal code points from both ends of every token.</summary>
internal sealed class StripDecoder(Rune content, int left, int right) : Decoder
{
    /// <inheritdoc/>
    public override List<string> Decode(List<string> tokens) => tokens.ConvertAll(Strip);

    private string Strip(string token)
    {
        string strip = content.ToString();
        int start = 0;
        for (int i = 0; i < left && string.CompareOrdinal(token, start, strip, 0, strip.Length) == 0; i++)
        {
            start += strip.Length;
        }

        int end = token.Length;
        for (int i = 0; i < right && end - strip.Length >= start && string.CompareOrdinal(token, end - strip.Length, strip, 0, strip.Length) == 0; i++)
        {
            end -= strip.Length;
        }

        return token[start..end];
    }
}
