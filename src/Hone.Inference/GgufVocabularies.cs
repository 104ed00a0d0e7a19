using Hone.Models.Checkpoints;
using Hone.Models.Checkpoints.Gguf;
using Hone.Processors.Tokenizers;

namespace Hone.Inference;

/// <summary>Takes the vocabulary out of a GGUF file's metadata, for <see cref="TokenizerLoader.FromVocabulary"/>.</summary>
/// <remarks>Source: the GGUF specification, "Tokenizer"; llama.cpp, <c>llama-arch.cpp</c> (names of keys).</remarks>
public static class GgufVocabularies
{
    private const string Prefix = "tokenizer.ggml.";

    /// <summary>Reads the vocabulary.</summary>
    /// <param name="metadata">The metadata of a GGUF file.</param>
    /// <exception cref="CheckpointFormatException">A value has the wrong type.</exception>
    /// <exception cref="TokenizerFormatException">There is no vocabulary.</exception>
    public static GgufVocabulary Read(GgufMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return new GgufVocabulary
        {
            Model = metadata.FindString(Prefix + "model") ?? throw Missing(metadata, "model"),
            Pre = metadata.FindString(Prefix + "pre"),
            Tokens = metadata.FindStrings(Prefix + "tokens") ?? throw Missing(metadata, "tokens"),
            Scores = metadata.FindNumbers(Prefix + "scores"),
            TokenTypes = metadata.FindIntegers(Prefix + "token_type"),
            Merges = metadata.FindStrings(Prefix + "merges"),
            BosId = Id("bos_token_id"),
            EosId = Id("eos_token_id"),
            UnkId = Id("unknown_token_id"),
            SepId = Id("seperator_token_id"),
            PadId = Id("padding_token_id"),
            ClsId = Id("cls_token_id"),
            MaskId = Id("mask_token_id"),
            AddBos = metadata.FindFlag(Prefix + "add_bos_token"),
            AddEos = metadata.FindFlag(Prefix + "add_eos_token"),
            AddSpacePrefix = metadata.FindFlag(Prefix + "add_space_prefix"),
            RemoveExtraWhitespaces = metadata.FindFlag(Prefix + "remove_extra_whitespaces"),
            PrecompiledCharacterMap = CharacterMap(metadata),
            Lowercase = metadata.FindFlag("tokenizer.normalizer.lowercase"),
            StripAccents = metadata.FindFlag("tokenizer.normalizer.strip_accents"),
            ModelName = metadata.FindString("general.name"),
        };

        // Ids that are no ids (−1 stands for none in old files) count as missing.
        int? Id(string key) => metadata.FindInteger(Prefix + key) is long id and >= 0 and <= int.MaxValue ? (int)id : null;
    }

    private static byte[] CharacterMap(GgufMetadata metadata) => metadata.TryGet(Prefix + "precompiled_charsmap", out GgufValue? value)
        ? [.. value.Items.Select(item => unchecked((byte)Convert.ToInt64(item, System.Globalization.CultureInfo.InvariantCulture)))]
        : [];

    private static TokenizerFormatException Missing(GgufMetadata metadata, string key) =>
        new("The GGUF file carries no tokenizer.", $"{metadata.Location}: {Prefix}{key}", "nothing", "Give a tokenizer.json, or a GGUF file that was converted with its vocabulary.");
}
