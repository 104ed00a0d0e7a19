using Hone.Processors.Tokenizers.PostProcessors;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>Reads the <c>post_processor</c> of a <c>tokenizer.json</c>.</summary>
internal static class PostProcessorReader
{
    private static readonly Dictionary<string, Func<ConfigNode, PostProcessor>> s_types = new(StringComparer.Ordinal)
    {
        ["ByteLevel"] = config => new ByteLevelPostProcessor(config["trim_offsets"].Bool(true), config["add_prefix_space"].Bool()),
        ["BertProcessing"] = config => new SurroundingPostProcessor(Special(config["cls"]), Special(config["sep"])),
        ["RobertaProcessing"] = config => new SurroundingPostProcessor(Special(config["cls"]), Special(config["sep"]))
        {
            DoubleSeparator = true,
            TrimOffsets = config["trim_offsets"].Bool(true),
            AddPrefixSpace = config["add_prefix_space"].Bool(true),
        },
        ["TemplateProcessing"] = Template,
        ["Sequence"] = config => new SequencePostProcessor([.. config["processors"].Items().Select(Read)]),
    };

    private const int MaxTexts = 8;

    private static readonly Dictionary<string, int> s_sequences = new(StringComparer.Ordinal) { ["A"] = 0, ["B"] = 1 };

    /// <summary>Reads one post-processor.</summary>
    public static PostProcessor Read(ConfigNode config) => config.RequireObject()["type"].Choice(s_types)(config);

    private static (int Id, string Token) Special(ConfigNode config)
    {
        ConfigNode[] parts = [.. config.Items()];
        return parts.Length == 2 ? (parts[1].Count(), parts[0].String()) : throw config.Misfit("a token and its id");
    }

    private static TemplatePostProcessor Template(ConfigNode config)
    {
        var tokens = new Dictionary<string, IReadOnlyList<(int Id, string Token)>>(StringComparer.Ordinal);
        if (!config["special_tokens"].IsNull)
        {
            foreach ((string name, ConfigNode entry) in config["special_tokens"].Members())
            {
                tokens[name] = Tokens(entry.RequireObject());
            }
        }

        TemplatePiece[] single = Pieces(config["single"], tokens);
        TemplatePiece[] pair = Pieces(config["pair"], tokens);
        foreach (TemplatePiece[] template in (TemplatePiece[][])[single, pair])
        {
            if (template.Count(piece => piece.Sequence >= 0) > MaxTexts)
            {
                throw new TokenizerFormatException("A template repeats the texts too often.", config.Where, $"more than {MaxTexts} times", "Name each text once.");
            }
        }

        if (single.Any(piece => piece.Sequence == 1))
        {
            throw new TokenizerFormatException("The template of a single text names the second text.", config["single"].Where, "B", "Use A alone there.");
        }

        return new TemplatePostProcessor(single, pair);
    }

    private static (int Id, string Token)[] Tokens(ConfigNode entry)
    {
        int[] ids = [.. entry["ids"].Items().Select(id => id.Count())];
        string[] texts = [.. entry["tokens"].Items().Select(token => token.String())];
        return ids.Length == texts.Length ? [.. ids.Zip(texts)] : throw entry.Misfit("as many ids as tokens");
    }

    private static TemplatePiece[] Pieces(ConfigNode config, Dictionary<string, IReadOnlyList<(int Id, string Token)>> tokens)
    {
        return [.. config.Items().Select(Piece)];

        TemplatePiece Piece(ConfigNode piece)
        {
            piece.RequireObject();
            ConfigNode sequence = piece["Sequence"];
            if (!sequence.IsNull)
            {
                sequence.RequireObject();
                string id = sequence["id"].String();
                return s_sequences.TryGetValue(id, out int number)
                    ? new TemplatePiece(number, [], sequence["type_id"].Count(0))
                    : throw sequence["id"].Misfit("A or B");
            }

            ConfigNode special = piece["SpecialToken"].RequireObject();
            string name = special["id"].String();
            return tokens.TryGetValue(name, out IReadOnlyList<(int Id, string Token)>? ids)
                ? new TemplatePiece(-1, ids, special["type_id"].Count(0))
                : throw new TokenizerFormatException("A template names a token that special_tokens lacks.", special.Where, name, "Add it to special_tokens.");
        }
    }
}
