using System.Text;
using Hone.Core.Random;

namespace Hone.Curation.Synthesis;

/// <summary>Text with choices and places: <c>&lt;gives|hands&gt; {name} {a} apples</c>.</summary>
internal static class VariedText
{
    /// <summary>Chooses among the alternatives, each equally likely, and fills the places.</summary>
    /// <param name="text">Alternatives may hold places, but no alternatives.</param>
    /// <param name="random">Draws the choices.</param>
    /// <param name="fill">Gives what a place stands for.</param>
    /// <exception cref="FormatException">A bracket is not closed.</exception>
    public static string Render(string text, RandomStream random, Func<string, string> fill)
    {
        var result = new StringBuilder(text.Length + 32);
        Append(result, text, random, fill);
        return result.ToString();
    }

    private static void Append(StringBuilder result, ReadOnlySpan<char> text, RandomStream random, Func<string, string> fill)
    {
        for (int at; (at = text.IndexOfAny('<', '{')) >= 0;)
        {
            result.Append(text[..at]);
            int length = text[at..].IndexOf(text[at] == '<' ? '>' : '}');
            if (length < 0)
            {
                throw new FormatException($"'{text[at]}' is not closed in \"{text}\".");
            }

            ReadOnlySpan<char> inside = text.Slice(at + 1, length - 1);
            if (text[at] == '{')
            {
                result.Append(fill(inside.ToString()));
            }
            else
            {
                string[] choices = inside.ToString().Split('|');
                Append(result, choices[random.NextInt32(choices.Length)], random, fill);
            }

            text = text[(at + length + 1)..];
        }

        result.Append(text);
    }
}
