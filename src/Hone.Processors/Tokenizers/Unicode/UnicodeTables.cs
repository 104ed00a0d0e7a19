using System.Collections;
using System.Globalization;

namespace Hone.Processors.Tokenizers.Unicode;

/// <summary>The Unicode data of the reference's libraries, from the resource that <c>tools/generate-tokenizer-unicode.mjs</c> writes.</summary>
/// <remarks>
/// .NET 10 knows Unicode 16.0. The reference takes marks, scripts and normalization from 9.0, its BERT classes from 8.0, and numbers and lower
/// case from 17.0; without globalization data .NET normalizes nothing at all.
/// </remarks>
internal static class UnicodeTables
{
    private static readonly Lazy<Dictionary<string, List<string>>> s_sections = new(ReadSections);
    private static readonly Lazy<BitArray> s_marks = new(() => ReadSet("mark"));
    private static readonly Lazy<BitArray> s_nonSpacingMarks = new(() => ReadSet("nonspacing-mark"));
    private static readonly Lazy<BitArray> s_punctuation = new(() => ReadSet("punctuation"));
    private static readonly Lazy<BitArray> s_format = new(() => ReadSet("format"));
    private static readonly Lazy<BitArray> s_numeric = new(() => ReadSet("numeric"));
    private static readonly Lazy<Dictionary<int, int[]>> s_lowercase = new(() => ReadMappings("lowercase"));

    /// <summary>General category M.</summary>
    public static BitArray Marks => s_marks.Value;

    /// <summary>General category Mn.</summary>
    public static BitArray NonSpacingMarks => s_nonSpacingMarks.Value;

    /// <summary>General category P.</summary>
    public static BitArray Punctuation => s_punctuation.Value;

    /// <summary>General category Cf.</summary>
    public static BitArray Format => s_format.Value;

    /// <summary>General category N.</summary>
    public static BitArray Numeric => s_numeric.Value;

    /// <summary>Lower case where .NET has none or another.</summary>
    public static Dictionary<int, int[]> Lowercase => s_lowercase.Value;

    /// <summary>The entries <c>code-point mapping…</c> of a section.</summary>
    public static Dictionary<int, int[]> ReadMappings(string section)
    {
        List<string> lines = s_sections.Value[section];
        var mappings = new Dictionary<int, int[]>(lines.Count);
        foreach (string line in lines)
        {
            int[] points = [.. line.Split(' ').Select(Hex)];
            mappings[points[0]] = points[1..];
        }

        return mappings;
    }

    /// <summary>The entries <c>first second composed</c> of a section.</summary>
    public static Dictionary<(int First, int Second), int> ReadPairs(string section) =>
        s_sections.Value[section].Select(line => line.Split(' ')).ToDictionary(parts => (Hex(parts[0]), Hex(parts[1])), parts => Hex(parts[2]));

    /// <summary>The entries <c>first-last value</c> of a section.</summary>
    public static IEnumerable<(int First, int Last, string Value)> ReadRanges(string section)
    {
        foreach (string line in s_sections.Value[section])
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            string range = space < 0 ? line : line[..space];
            int dash = range.IndexOf('-', StringComparison.Ordinal);
            int first = Hex(dash < 0 ? range : range[..dash]);
            yield return (first, dash < 0 ? first : Hex(range[(dash + 1)..]), space < 0 ? "" : line[(space + 1)..]);
        }
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static BitArray ReadSet(string section)
    {
        var set = new BitArray(0x110000);
        foreach ((int first, int last, _) in ReadRanges(section))
        {
            for (int point = first; point <= last; point++)
            {
                set[point] = true;
            }
        }

        return set;
    }

    private static Dictionary<string, List<string>> ReadSections()
    {
        using Stream stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream("unicode-tables.txt")
            ?? throw new InvalidOperationException("The assembly lacks its resource unicode-tables.txt.");
        using var reader = new StreamReader(stream);
        var sections = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        List<string> current = [];
        while (reader.ReadLine() is string line)
        {
            if (line.StartsWith('['))
            {
                sections[line[1..^1]] = current = [];
            }
            else if (!line.StartsWith('#'))
            {
                current.Add(line);
            }
        }

        return sections;
    }
}
