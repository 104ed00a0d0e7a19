using System.Text.Json;
using Hone.Processors.Tokenizers.Models;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>Reads the <c>model</c> of a <c>tokenizer.json</c>.</summary>
internal static class ModelReader
{
    private static readonly Dictionary<string, Func<ConfigNode, TokenModel>> s_types = new(StringComparer.Ordinal)
    {
        ["BPE"] = Bpe,
        ["WordPiece"] = WordPiece,
        ["WordLevel"] = config => new WordLevelModel(Vocab(config["vocab"]), config["unk_token"].String()),
        ["Unigram"] = Unigram,
    };

    /// <summary>Reads the model; old files leave its type to be guessed from its keys.</summary>
    public static TokenModel Read(ConfigNode config)
    {
        config.RequireObject();
        return config["type"].IsNull ? s_types[GuessType(config)](config) : config["type"].Choice(s_types)(config);
    }

    /// <summary>Reads an object of tokens and ids.</summary>
    public static Vocabulary Vocab(ConfigNode config)
    {
        config.RequireObject();
        var ids = new Dictionary<string, int>(config.Element.GetPropertyCount(), StringComparer.Ordinal);
        foreach (JsonProperty member in config.Element.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Number || !member.Value.TryGetInt32(out int id) || id < 0)
            {
                throw new ConfigNode(config.File, $"{config.Path}[\"{member.Name}\"]", member.Value).Misfit("a token id from 0 to 2147483647");
            }

            ids[NameOf(config, member)] = id;
        }

        return new Vocabulary(ids);
    }

    private static string NameOf(ConfigNode config, JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException error)
        {
            throw new TokenizerFormatException("A token is not valid Unicode.", config.Where, "half of a surrogate pair", "Write the file anew with the tool that made it.", error);
        }
    }

    private static string GuessType(ConfigNode config) =>
        config["vocab"].Element.ValueKind == JsonValueKind.Array ? "Unigram"
        : !config["merges"].IsNull ? "BPE"
        : !config["max_input_chars_per_word"].IsNull || !config["continuing_subword_prefix"].IsNull ? "WordPiece"
        : "WordLevel";

    private static BpeModel Bpe(ConfigNode config)
    {
        double dropout = config["dropout"].IsNull ? 0 : config["dropout"].Number();
        if (dropout != 0)
        {
            throw new TokenizerFormatException(
                "BPE dropout makes the tokens of a text random; Hone encodes every text the same way.", config["dropout"].Where, $"dropout {dropout:R}", "Set dropout to null.");
        }

        string prefix = config["continuing_subword_prefix"].String("");
        Vocabulary vocabulary = Vocab(config["vocab"]);
        string? unknown = config["unk_token"].IsNull ? null : config["unk_token"].String();
        return new BpeModel(vocabulary, MergeReader.Read(config["merges"], vocabulary, prefix))
        {
            UnknownToken = unknown,
            ContinuingSubwordPrefix = prefix,
            EndOfWordSuffix = config["end_of_word_suffix"].String(""),
            FuseUnknown = config["fuse_unk"].Bool(false),
            ByteFallback = config["byte_fallback"].Bool(false),
            IgnoreMerges = config["ignore_merges"].Bool(false),
        };
    }

    private static WordPieceModel WordPiece(ConfigNode config) => new(Vocab(config["vocab"]), config["unk_token"].String("[UNK]"))
    {
        ContinuingSubwordPrefix = config["continuing_subword_prefix"].String("##"),
        MaxInputCharsPerWord = config["max_input_chars_per_word"].Count(WordPieceModel.DefaultMaxInputCharsPerWord),
    };

    private static UnigramModel Unigram(ConfigNode config)
    {
        var pieces = new List<UnigramPiece>();
        foreach (ConfigNode item in config["vocab"].Items())
        {
            ConfigNode[] pair = [.. item.Items()];
            if (pair.Length != 2)
            {
                throw item.Misfit("a token and its score");
            }

            pieces.Add(new UnigramPiece(pair[0].String(), ScoreReader.Read(pair[1])));
        }

        int? unknown = config["unk_id"].IsNull ? null : config["unk_id"].Count();
        if (unknown >= pieces.Count)
        {
            throw config["unk_id"].Misfit($"an id below {pieces.Count}");
        }

        return new UnigramModel(pieces, unknown, config["byte_fallback"].Bool(false));
    }
}
