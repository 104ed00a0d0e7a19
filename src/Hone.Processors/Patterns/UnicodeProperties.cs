using System.Globalization;

namespace Hone.Processors.Patterns;

/// <summary>Sets of code points by the names that <c>\p{…}</c> takes: general categories, scripts, binary properties and POSIX classes.</summary>
/// <remarks>
/// General categories are .NET 10's, which are those of Unicode 16.0 and so equal to Oniguruma 6.9.10's; scripts and binary properties come from a
/// generated table, cut to the code points that Unicode 16.0 assigns. Source: Unicode Standard Annex 44; Oniguruma, doc/UNICODE_PROPERTIES.
/// </remarks>
internal static partial class UnicodeProperties
{
    private static readonly Lazy<List<(int First, int End, UnicodeCategory Category)>> s_categories = new(ReadCategories);
    private static readonly Lazy<Dictionary<string, CodePointSet>> s_table = new(ReadTable);
    private static readonly Lazy<CodePointSet> s_whiteSpace = new(() => CodePointSet.FromRanges(
        [(0x09, 0x0E), (0x20, 0x21), (0x85, 0x86), (0xA0, 0xA1), (0x1680, 0x1681), (0x2000, 0x200B), (0x2028, 0x202A), (0x202F, 0x2030), (0x205F, 0x2060), (0x3000, 0x3001)]));

    private static readonly Lazy<CodePointSet> s_word = new(() => OfCategories("L", "M", "Nd", "Pc").Union(s_table.Value["alphabetic"]));
    // Oniguruma looks single characters below U+0100 up in a table of Latin-1, where other numbers count as words.
    private static readonly Lazy<CodePointSet> s_wordOutsideBrackets = new(() => Word.Union(CodePointSet.Of(0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE)));
    private static readonly Lazy<CodePointSet> s_digit = new(() => OfCategories("Nd"));

    private const int PlaneLength = 0x10000;

    // Two letters a category, in the order of UnicodeCategory.
    private const string CategoryNames = "LuLlLtLmLoMnMcMeNdNlNoZsZlZpCcCfCsCoPcPdPsPePiPfPoSmScSkSoCn";

    /// <summary>What <c>\s</c> matches: the property White_Space.</summary>
    public static CodePointSet WhiteSpace => s_whiteSpace.Value;

    /// <summary>Stretches of code points of one general category, in order and without gaps.</summary>
    public static IReadOnlyList<(int First, int End, UnicodeCategory Category)> CategoryRanges => s_categories.Value;

    /// <summary>Names that are not general categories, for error messages.</summary>
    public static IEnumerable<string> Names => s_table.Value.Keys;

    /// <summary>What <c>\w</c> matches: letters, marks, decimal digits, connectors and whatever else is alphabetic.</summary>
    public static CodePointSet Word => s_word.Value;

    /// <summary>What <c>\w</c> matches outside brackets, and what <c>\b</c> looks for.</summary>
    public static CodePointSet WordOutsideBrackets => s_wordOutsideBrackets.Value;

    /// <summary>What <c>\d</c> matches.</summary>
    public static CodePointSet Digit => s_digit.Value;

    /// <summary>What <c>\h</c> matches: hexadecimal digits.</summary>
    public static CodePointSet HexDigit { get; } = CodePointSet.FromRanges([('0', '9' + 1), ('A', 'F' + 1), ('a', 'f' + 1)]);

    /// <summary>The set of a name, written with any casing, spaces, <c>_</c> and <c>-</c>.</summary>
    /// <returns><see langword="null"/> for an unknown name.</returns>
    public static CodePointSet? Find(string name)
    {
        string key = Normalize(name);
        return key switch
        {
            "any" => CodePointSet.All,
            "ascii" => CodePointSet.Range(0, 0x7F),
            "assigned" => OfCategories("Cn").Complement(),
            "whitespace" or "space" or "wspace" => WhiteSpace,
            "word" => Word,
            "digit" => Digit,
            "xdigit" => HexDigit,
            "alnum" => s_table.Value["alphabetic"].Union(Digit),
            "cntrl" => OfCategories("Cc"),
            "posixpunct" => OfCategories("P", "S"),
            "blank" => OfCategories("Zs").Union(CodePointSet.Of('\t')),
            "graph" => WhiteSpace.Union(OfCategories("Cc", "Cn", "Cs")).Complement(),
            "print" => WhiteSpace.Union(OfCategories("Cc", "Cn", "Cs")).Complement().Union(OfCategories("Zs")),
            "unknown" or "zzzz" => s_table.Value.Where(entry => entry.Key.Length == 4).Aggregate(CodePointSet.Empty, (all, entry) => all.Union(entry.Value)).Complement(),
            _ => Category(key) is { } category ? OfCategories(category) : s_table.Value.GetValueOrDefault(key),
        };
    }

    /// <summary>The union of general categories, each of one letter (a group) or two.</summary>
    public static CodePointSet OfCategories(params ReadOnlySpan<string> names)
    {
        uint mask = 0;
        foreach (string name in names)
        {
            for (int i = 0; i < CategoryNames.Length / 2; i++)
            {
                bool cased = name == "LC" && i <= (int)UnicodeCategory.TitlecaseLetter;
                mask |= cased || CategoryNames.AsSpan(2 * i, 2).StartsWith(name) ? 1u << i : 0;
            }
        }

        var ranges = new List<(int First, int End)>();
        foreach ((int first, int end, UnicodeCategory category) in CategoryRanges)
        {
            if (((mask >> (int)category) & 1) != 0)
            {
                ranges.Add((first, end));
            }
        }

        return CodePointSet.FromRanges(ranges);
    }

    private static string? Category(string key) => key switch
    {
        "l" or "letter" => "L",
        "lc" or "casedletter" or "l&" => "LC",
        "lu" or "uppercaseletter" => "Lu",
        "ll" or "lowercaseletter" => "Ll",
        "lt" or "titlecaseletter" => "Lt",
        "lm" or "modifierletter" => "Lm",
        "lo" or "otherletter" => "Lo",
        "m" or "mark" or "combiningmark" => "M",
        "mn" or "nonspacingmark" => "Mn",
        "mc" or "spacingmark" => "Mc",
        "me" or "enclosingmark" => "Me",
        "n" or "number" => "N",
        "nd" or "decimalnumber" => "Nd",
        "nl" or "letternumber" => "Nl",
        "no" or "othernumber" => "No",
        "p" or "punctuation" or "punct" => "P",
        "pc" or "connectorpunctuation" => "Pc",
        "pd" or "dashpunctuation" => "Pd",
        "ps" or "openpunctuation" => "Ps",
        "pe" or "closepunctuation" => "Pe",
        "pi" or "initialpunctuation" => "Pi",
        "pf" or "finalpunctuation" => "Pf",
        "po" or "otherpunctuation" => "Po",
        "s" or "symbol" => "S",
        "sm" or "mathsymbol" => "Sm",
        "sc" or "currencysymbol" => "Sc",
        "sk" or "modifiersymbol" => "Sk",
        "so" or "othersymbol" => "So",
        "z" or "separator" => "Z",
        "zs" or "spaceseparator" => "Zs",
        "zl" or "lineseparator" => "Zl",
        "zp" or "paragraphseparator" => "Zp",
        "c" or "other" => "C",
        "cc" or "control" => "Cc",
        "cf" or "format" => "Cf",
        "cs" or "surrogate" => "Cs",
        "co" or "privateuse" => "Co",
        "cn" or "unassigned" => "Cn",
        _ => null,
    };

    private static string Normalize(string name) =>
        name.Replace(" ", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    private static List<(int First, int End, UnicodeCategory Category)> ReadCategories()
    {
        var ranges = new List<(int First, int End, UnicodeCategory Category)>(4000);
        for (int first = 0, end; first < CodePointSet.Limit; first = end)
        {
            UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(first);
            end = IsUniformPlane(first) ? first + PlaneLength - 2 : first + 1;
            while (end < CodePointSet.Limit && !IsUniformPlane(end) && CharUnicodeInfo.GetUnicodeCategory(end) == category)
            {
                end++;
            }

            ranges.Add((first, end, category));
        }

        return ranges;
    }

    // Planes 4 to 13 hold nothing, planes 15 and 16 private use but for their last two code points: no need to ask for each.
    private static bool IsUniformPlane(int code) => code % PlaneLength == 0 && (code / PlaneLength) is (>= 4 and <= 13) or 15 or 16;

    private static Dictionary<string, CodePointSet> ReadTable()
    {
        CodePointSet assigned = OfCategories("Cn").Complement();
        var table = new Dictionary<string, CodePointSet>(StringComparer.Ordinal);
        foreach (string line in Table.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split(',');
            var ranges = new List<(int First, int End)>(parts.Length - 1);
            int end = 0;
            foreach (string part in parts.AsSpan(1))
            {
                int space = part.IndexOf(' ', StringComparison.Ordinal);
                int first = end + Base36(part.AsSpan(0, space));
                end = first + Base36(part.AsSpan(space + 1));
                ranges.Add((first, end));
            }

            CodePointSet set = CodePointSet.FromRanges(ranges).Intersect(assigned);
            foreach (string name in parts[0].Split(' '))
            {
                table[Normalize(name)] = set;
            }
        }

        return table;
    }

    private static int Base36(ReadOnlySpan<char> digits)
    {
        int value = 0;
        foreach (char digit in digits)
        {
            value = (value * 36) + (digit <= '9' ? digit - '0' : digit - 'a' + 10);
        }

        return value;
    }
}
