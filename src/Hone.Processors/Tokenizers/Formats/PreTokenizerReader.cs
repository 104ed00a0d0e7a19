using System.Text;
using Hone.Processors.Tokenizers.PreTokenizers;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>Reads the <c>pre_tokenizer</c> of a <c>tokenizer.json</c>.</summary>
internal static class PreTokenizerReader
{
    private const int DefaultFixedLength = 5;

    private static readonly Dictionary<string, SplitBehavior> s_behaviors = Enum.GetValues<SplitBehavior>().ToDictionary(b => b.ToString(), StringComparer.Ordinal);

    private static readonly Dictionary<string, Func<ConfigNode, PreTokenizer>> s_types = new(StringComparer.Ordinal)
    {
        ["ByteLevel"] = config => new ByteLevelPreTokenizer(config["add_prefix_space"].Bool(), config["use_regex"].Bool(true)),
        ["Whitespace"] = _ => new WhitespacePreTokenizer(),
        ["WhitespaceSplit"] = _ => new DelimiterPreTokenizer(CharacterClasses.IsWhiteSpace, SplitBehavior.Removed),
        ["BertPreTokenizer"] = _ => new SequencePreTokenizer(
        [
            new DelimiterPreTokenizer(CharacterClasses.IsWhiteSpace, SplitBehavior.Removed),
            new DelimiterPreTokenizer(CharacterClasses.IsPunctuation, SplitBehavior.Isolated),
        ]),
        ["Digits"] = config => new DelimiterPreTokenizer(
            CharacterClasses.IsNumeric, config["individual_digits"].Bool(false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous),
        ["Punctuation"] = config => new DelimiterPreTokenizer(
            CharacterClasses.IsPunctuation, config["behavior"].IsNull ? SplitBehavior.Isolated : config["behavior"].Choice(s_behaviors)),
        ["CharDelimiterSplit"] = config => DelimiterSplit(config["delimiter"]),
        ["Split"] = config => new SplitPreTokenizer(PatternReader.Read(config["pattern"]), config["behavior"].Choice(s_behaviors), config["invert"].Bool(false)),
        ["FixedLength"] = config => FixedLength(config["length"]),
        ["UnicodeScripts"] = _ => new UnicodeScriptsPreTokenizer(),
        ["Metaspace"] = Metaspace,
        ["Sequence"] = config => new SequencePreTokenizer([.. config["pretokenizers"].Items().Select(Read)]),
    };

    private static readonly Dictionary<string, PrependScheme> s_schemes = new(StringComparer.Ordinal)
    {
        ["always"] = PrependScheme.Always,
        ["first"] = PrependScheme.First,
        ["never"] = PrependScheme.Never,
    };

    /// <summary>Reads one pre-tokenizer.</summary>
    public static PreTokenizer Read(ConfigNode config) => config.RequireObject()["type"].Choice(s_types)(config);

    /// <summary>Reads <c>prepend_scheme</c>, or <c>add_prefix_space</c> of older files.</summary>
    public static PrependScheme ReadScheme(ConfigNode config)
    {
        PrependScheme scheme = config["prepend_scheme"].IsNull ? PrependScheme.Always : config["prepend_scheme"].Choice(s_schemes);
        if (!config["add_prefix_space"].Bool(true))
        {
            return config["prepend_scheme"].IsNull || scheme == PrependScheme.Never
                ? PrependScheme.Never
                : throw new TokenizerFormatException(
                    "add_prefix_space contradicts prepend_scheme.", config.Where, $"false and {scheme}", "Remove add_prefix_space: prepend_scheme has replaced it.");
        }

        return scheme;
    }

    /// <summary>Reads the one character of <c>replacement</c>.</summary>
    public static string ReadMarker(ConfigNode config) => SingleCharacter(config["replacement"]).ToString();

    /// <summary>Reads a string of one code point.</summary>
    public static Rune SingleCharacter(ConfigNode config)
    {
        string text = config.String();
        return Rune.TryGetRuneAt(text.Length == 0 ? "\uD800" : text, 0, out Rune rune) && rune.Utf16SequenceLength == text.Length
            ? rune
            : throw config.Misfit("a single character");
    }

    private static MetaspacePreTokenizer Metaspace(ConfigNode config) => new(ReadMarker(config), ReadScheme(config), config["split"].Bool(true));

    private static DelimiterPreTokenizer DelimiterSplit(ConfigNode config)
    {
        Rune delimiter = SingleCharacter(config);
        return new DelimiterPreTokenizer(rune => rune == delimiter, SplitBehavior.Removed);
    }

    private static FixedLengthPreTokenizer FixedLength(ConfigNode config) =>
        config.Count(DefaultFixedLength) is int length and > 0 ? new FixedLengthPreTokenizer(length) : throw config.Misfit("a length of at least 1");
}
