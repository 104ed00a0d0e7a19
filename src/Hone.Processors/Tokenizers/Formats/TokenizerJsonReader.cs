using System.Text.Json;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>Reads the <c>tokenizer.json</c> of Hugging Face <c>tokenizers</c>.</summary>
internal static class TokenizerJsonReader
{
    // Sequences within sequences; real files nest 6 deep.
    private const int MaxDepth = 64;

    private static readonly Dictionary<string, TruncationStrategy> s_strategies = Enum.GetValues<TruncationStrategy>().ToDictionary(s => s.ToString(), StringComparer.Ordinal);

    private static readonly Dictionary<string, bool> s_sides = new(StringComparer.Ordinal) { ["Right"] = false, ["Left"] = true };

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="json">The file's bytes.</param>
    /// <param name="file">Its path, for messages.</param>
    /// <exception cref="TokenizerFormatException">The file is malformed.</exception>
    public static TokenizerPipeline Read(ReadOnlyMemory<byte> json, string file)
    {
        using JsonDocument document = Parse(json, file);
        try
        {
            return Read(new ConfigNode(file, "", document.RootElement).RequireObject());
        }
        catch (InvalidOperationException error)
        {
            // What the JSON reader says of names and texts that are no Unicode.
            throw new TokenizerFormatException("A name or text is not valid Unicode.", file, error.Message, "Write the file anew with the tool that made it.", error);
        }
    }

    private static TokenizerPipeline Read(ConfigNode root)
    {
        return new TokenizerPipeline
        {
            Normalizer = root["normalizer"].IsNull ? null : NormalizerReader.Read(root["normalizer"]),
            PreTokenizer = root["pre_tokenizer"].IsNull ? null : PreTokenizerReader.Read(root["pre_tokenizer"]),
            Model = ModelReader.Read(root["model"]),
            PostProcessor = root["post_processor"].IsNull ? null : PostProcessorReader.Read(root["post_processor"]),
            Decoder = root["decoder"].IsNull ? null : DecoderReader.Read(root["decoder"]),
            AddedTokens = root["added_tokens"].IsNull ? [] : [.. root["added_tokens"].Items().Select(AddedTokenOf)],
            Truncation = root["truncation"].IsNull ? null : TruncationOf(root["truncation"].RequireObject()),
            Padding = root["padding"].IsNull ? null : PaddingOf(root["padding"].RequireObject()),
        };
    }

    /// <summary>Parses JSON of bounded depth.</summary>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json, string file)
    {
        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException error)
        {
            throw new TokenizerFormatException(
                "The file is not valid JSON.", $"{file}:{error.LineNumber + 1}:{error.BytePositionInLine + 1}", error.Message.Split('\n')[0],
                "If it came from a download, fetch it again.", error);
        }
    }

    private static AddedToken AddedTokenOf(ConfigNode config)
    {
        config.RequireObject();
        config["id"].Count();
        bool special = config["special"].Bool();
        return new AddedToken
        {
            Content = config["content"].String(),
            Special = special,
            SingleWord = config["single_word"].Bool(),
            LeftStrip = config["lstrip"].Bool(),
            RightStrip = config["rstrip"].Bool(),
            Normalized = config["normalized"].Bool(),
        };
    }

    private static TruncationOptions TruncationOf(ConfigNode config) => new()
    {
        MaxLength = config["max_length"].Count(),
        Stride = config["stride"].Count(),
        Strategy = config["strategy"].Choice(s_strategies),
        Side = !config["direction"].IsNull && config["direction"].Choice(s_sides) ? TruncationSide.Left : TruncationSide.Right,
    };

    private static PaddingOptions PaddingOf(ConfigNode config) => new()
    {
        Length = config["strategy"].Element.ValueKind == JsonValueKind.Object ? config["strategy"]["Fixed"].Count() : null,
        MultipleOf = config["pad_to_multiple_of"].IsNull ? null : config["pad_to_multiple_of"].Count(),
        Side = config["direction"].Choice(s_sides) ? PaddingSide.Left : PaddingSide.Right,
        PadId = config["pad_id"].Count(),
        PadTypeId = config["pad_type_id"].Count(),
        PadToken = config["pad_token"].String(),
    };
}
