using Hone.Processors.Tokenizers.Decoders;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>Reads the <c>decoder</c> of a <c>tokenizer.json</c>.</summary>
internal static class DecoderReader
{
    private static readonly Dictionary<string, Func<ConfigNode, Decoder>> s_types = new(StringComparer.Ordinal)
    {
        ["ByteLevel"] = _ => new ByteLevelDecoder(),
        ["WordPiece"] = config => new WordPieceDecoder(config["prefix"].String("##"), config["cleanup"].Bool(true)),
        ["Metaspace"] = config => new MetaspaceDecoder(PreTokenizerReader.ReadMarker(config), PreTokenizerReader.ReadScheme(config)),
        ["BPEDecoder"] = config => new BpeDecoder(config["suffix"].String("</w>")),
        ["CTC"] = config => new CtcDecoder(config["pad_token"].String("<pad>"), config["word_delimiter_token"].String("|"), config["cleanup"].Bool(true)),
        ["ByteFallback"] = _ => new ByteFallbackDecoder(),
        ["Fuse"] = _ => new FuseDecoder(),
        ["Strip"] = config => new StripDecoder(PreTokenizerReader.SingleCharacter(config["content"]), config["start"].Count(), config["stop"].Count()),
        ["Replace"] = config => new ReplaceDecoder(PatternReader.Read(config["pattern"]), config["content"].Insertion()),
        ["Sequence"] = config => new SequenceDecoder([.. config["decoders"].Items().Select(Read)]),
    };

    /// <summary>Reads one decoder.</summary>
    public static Decoder Read(ConfigNode config) => config.RequireObject()["type"].Choice(s_types)(config);
}
