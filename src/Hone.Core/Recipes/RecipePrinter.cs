using System.Text;

namespace Hone.Core.Recipes;

/// <summary>Writes a resolved recipe as YAML: for people with the origin of every value, for machines without.</summary>
public static class RecipePrinter
{
    // Origins align in a column, unless a value is so long that the column would leave the screen.
    private const int MaxOriginColumn = 56;

    /// <summary>Writes the recipe with the origin of each value as a comment behind it.</summary>
    public static string PrintWithOrigins(ResolvedMap recipe)
    {
        List<Line> lines = Lines(recipe);
        int column = lines.Where(line => line.Origin.Length > 0).Select(line => line.Text.Length).Where(length => length <= MaxOriginColumn).DefaultIfEmpty(0).Max() + 2;
        return Join(lines.Select(line => line.Origin.Length == 0 ? line.Text : $"{line.Text.PadRight(Math.Max(column, line.Text.Length + 2))}# {line.Origin}"));
    }

    /// <summary>Writes the recipe as plain YAML that reads back to the same recipe.</summary>
    public static string Print(ResolvedMap recipe) => Join(Lines(recipe).Select(line => line.Text));

    /// <summary>Writes a value on one line, as in <c>{ type: local }</c>.</summary>
    internal static string PrintInline(ResolvedNode value) => value switch
    {
        ResolvedScalar scalar => Text(scalar),
        ResolvedList list => $"[{string.Join(", ", list.Items.Select(PrintInline))}]",
        ResolvedMap { Entries.Count: 0 } => "{}",
        ResolvedMap map => $"{{ {string.Join(", ", map.Entries.Select(entry => $"{Plain(entry.Key)}: {PrintInline(entry.Value)}"))} }}",
        _ => throw new ArgumentException($"{value.GetType()} is not a form of resolved value.", nameof(value)),
    };

    private static string Join(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + "\n"));

    private static List<Line> Lines(ResolvedMap recipe)
    {
        var lines = new List<Line>();
        WriteMap(recipe, "", lines);
        return lines;
    }

    private static void WriteMap(ResolvedMap map, string indent, List<Line> lines)
    {
        foreach ((string key, ResolvedNode value) in map.Entries)
        {
            WriteValue($"{indent}{Plain(key)}:", value, indent + "  ", lines);
        }
    }

    private static void WriteValue(string head, ResolvedNode value, string indent, List<Line> lines)
    {
        switch (value)
        {
            case ResolvedScalar scalar:
                lines.Add(new($"{head} {Text(scalar)}", scalar.Origin.ToString()));
                break;
            case ResolvedMap { Entries.Count: 0 } map:
                lines.Add(new($"{head} {{}}", map.Origin.ToString()));
                break;
            case ResolvedMap map:
                lines.Add(new(head, ""));
                WriteMap(map, indent, lines);
                break;
            case ResolvedList list when IsFlow(list):
                lines.Add(new($"{head} [{string.Join(", ", list.Items.Cast<ResolvedScalar>().Select(Text))}]", list.Origin.ToString()));
                break;
            case ResolvedList list:
                lines.Add(new(head, ""));
                WriteItems(list, indent, lines);
                break;
        }
    }

    private static void WriteItems(ResolvedList list, string indent, List<Line> lines)
    {
        foreach (ResolvedNode item in list.Items)
        {
            if (item is ResolvedMap { Entries.Count: > 0 } map)
            {
                int first = lines.Count;
                WriteMap(map, indent + "  ", lines);
                lines[first] = lines[first] with { Text = $"{indent}- {lines[first].Text[(indent.Length + 2)..]}" };
            }
            else
            {
                WriteValue($"{indent}-", item, indent + "  ", lines);
            }
        }
    }

    private static bool IsFlow(ResolvedList list)
    {
        string origin = list.Origin.ToString();
        return list.Items.All(item => item is ResolvedScalar scalar && (list.Origin.Kind == scalar.Origin.Kind && scalar.Origin.EnvironmentNames.Count == 0 || scalar.Origin.ToString() == origin));
    }

    private static string Text(ResolvedScalar scalar) => scalar.IsText ? Plain(EnvironmentReferences.Escape(scalar.Text)) : scalar.Text;

    // Unquoted only where no YAML reader, of any version, could take the text for something else ('0x1f', '1e5', 'no', '.inf').
    private static string Plain(string text)
    {
        bool safe = text.Length > 0 && (char.IsAsciiLetter(text[0]) || text[0] is '/' or '_')
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '.' or '-' or '+' or '@')
            && text.ToLowerInvariant() is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n");
        return safe ? text : Quote(text);
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' => quoted.Append($"\\u{(int)c:X4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    private readonly record struct Line(string Text, string Origin);
}
