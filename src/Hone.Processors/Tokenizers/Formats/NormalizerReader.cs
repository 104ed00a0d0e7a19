using Hone.Processors.Tokenizers.Normalizers;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>Reads the <c>normalizer</c> of a <c>tokenizer.json</c>.</summary>
internal static class NormalizerReader
{
    private static readonly Dictionary<string, Func<ConfigNode, Normalizer>> s_types = new(StringComparer.Ordinal)
    {
        ["NFC"] = _ => new UnicodeNormalizer(Unicode.UnicodeForm.C),
        ["NFD"] = _ => new UnicodeNormalizer(Unicode.UnicodeForm.D),
        ["NFKC"] = _ => new UnicodeNormalizer(Unicode.UnicodeForm.KC),
        ["NFKD"] = _ => new UnicodeNormalizer(Unicode.UnicodeForm.KD),
        ["Lowercase"] = _ => new LowercaseNormalizer(),
        ["StripAccents"] = _ => new StripAccentsNormalizer(),
        ["Strip"] = config => new StripNormalizer(config["strip_left"].Bool(true), config["strip_right"].Bool(true)),
        ["Nmt"] = _ => new NmtNormalizer(),
        ["Replace"] = config => new ReplaceNormalizer(PatternReader.Read(config["pattern"]), config["content"].Insertion()),
        ["Prepend"] = config => new PrependNormalizer(config["prepend"].Insertion()),
        ["ByteLevel"] = _ => new ByteLevelNormalizer(),
        ["BertNormalizer"] = config => new BertNormalizer
        {
            CleanText = config["clean_text"].Bool(true),
            HandleChineseCharacters = config["handle_chinese_chars"].Bool(true),
            StripAccents = config["strip_accents"].Bool(config["lowercase"].Bool(true)),
            Lowercase = config["lowercase"].Bool(true),
        },
        ["Precompiled"] = config => new PrecompiledNormalizer(PrecompiledReader.Read(config["precompiled_charsmap"])),
        ["Sequence"] = config => new SequenceNormalizer([.. config["normalizers"].Items().Select(Read)]),
    };

    /// <summary>Reads one normalizer.</summary>
    public static Normalizer Read(ConfigNode config) => config.RequireObject()["type"].Choice(s_types)(config);
}
