using System.Text;

namespace Hone.Core.Recipes;

/// <summary>Replaces <c>${env:NAME}</c> and <c>${env:NAME:-default}</c> inside values; <c>$${</c> stands for a literal <c>${</c>.</summary>
internal sealed class EnvironmentReferences(Func<string, string?> environment, RecipeProblems problems)
{
    private const string Open = "${";
    private const string Scheme = "env:";

    /// <summary>Replaces the references in a whole value.</summary>
    public RecipeNode Resolve(RecipeNode node) => node switch
    {
        MapNode map => map with { Entries = [.. map.Entries.Select(entry => entry with { Value = Resolve(entry.Value) })] },
        ListNode list => list with { Items = [.. list.Items.Select(Resolve)] },
        ScalarNode scalar => Resolve(scalar),
        _ => node,
    };

    /// <summary>Writes text so that reading it back gives the same text.</summary>
    public static string Escape(string text) => text.Replace(Open, "$" + Open, StringComparison.Ordinal);

    /// <summary>Replaces the references in one value.</summary>
    /// <remarks>The result is typed as if unquoted, because YAML's flow maps force quotes around the braces of a reference.</remarks>
    public ScalarNode Resolve(ScalarNode scalar)
    {
        if (!scalar.Text.Contains(Open, StringComparison.Ordinal))
        {
            return scalar;
        }

        var text = new StringBuilder();
        var names = new List<string>();
        int position = 0;
        while (true)
        {
            int open = scalar.Text.IndexOf(Open, position, StringComparison.Ordinal);
            if (open < 0)
            {
                text.Append(scalar.Text, position, scalar.Text.Length - position);
                break;
            }

            if (open > position && scalar.Text[open - 1] == '$')
            {
                text.Append(scalar.Text, position, open - 1 - position).Append(Open);
                position = open + Open.Length;
                continue;
            }

            text.Append(scalar.Text, position, open - position);
            int close = scalar.Text.IndexOf('}', open);
            string reference = close < 0 ? scalar.Text[open..] : scalar.Text[open..(close + 1)];
            text.Append(Lookup(scalar, reference, names));
            position = open + reference.Length;
        }

        return scalar with { Text = text.ToString(), IsQuoted = scalar.IsQuoted && names.Count == 0, EnvironmentNames = names };
    }

    private string Lookup(ScalarNode scalar, string reference, List<string> names)
    {
        if (!reference.EndsWith('}'))
        {
            Report(scalar, reference, "'${' has no closing '}'", "write $${ for a literal ${");
            return "";
        }

        string inner = reference[Open.Length..^1];
        if (!inner.StartsWith(Scheme, StringComparison.Ordinal))
        {
            Report(scalar, reference, $"'{reference}' is not a reference", IsName(inner) ? $"did you mean '${{env:{inner}}}'?" : "write $${ for a literal ${");
            return "";
        }

        inner = inner[Scheme.Length..];
        int separator = inner.IndexOf(":-", StringComparison.Ordinal);
        string name = separator < 0 ? inner : inner[..separator];
        if (!IsName(name))
        {
            Report(scalar, reference, $"'{name}' cannot name an environment variable", "letters, digits and underscores, as in ${env:HF_HOME}");
            return "";
        }

        names.Add(name);
        string? value = environment(name) ?? (separator < 0 ? null : inner[(separator + 2)..]);
        if (value is null)
        {
            Report(scalar, reference, $"the environment variable '{name}' is not set", $"export {name}=… or give a default: ${{env:{name}:-value}}");
        }

        return value ?? "";
    }

    private void Report(ScalarNode scalar, string reference, string message, string note)
    {
        SourceLocation location = scalar.Location;
        string line = location.Source.Line(location.Line);
        int found = location.Column <= line.Length ? line.IndexOf(reference, location.Column - 1, StringComparison.Ordinal) : -1;
        problems.Add(found < 0 ? location : location with { Column = found + 1, Length = reference.Length }, message, [note]);
    }

    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
