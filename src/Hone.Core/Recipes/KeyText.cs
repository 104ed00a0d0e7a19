using System.Text;

namespace Hone.Core.Recipes;

/// <summary>Turns .NET names into the snake_case of recipes, and lists of names into words.</summary>
internal static class KeyText
{
    /// <summary>Writes a PascalCase name in snake_case; a run of capitals or digits stays one word.</summary>
    public static string FromName(string name)
    {
        var text = new StringBuilder();
        for (int i = 0; i < name.Length; i++)
        {
            bool upper = char.IsUpper(name[i]);
            bool startsWord = upper && i > 0 && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (startsWord)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    /// <summary>Writes names as <c>'a'</c>, <c>'a' or 'b'</c>, <c>'a', 'b' or 'c'</c>.</summary>
    public static string Quoted(IReadOnlyList<string> names)
    {
        string[] quoted = [.. names.Select(name => $"'{name}'")];
        return quoted.Length <= 1 ? string.Concat(quoted) : $"{string.Join(", ", quoted[..^1])} or {quoted[^1]}";
    }
}
