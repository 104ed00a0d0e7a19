using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>The tokenizer of a Hugging Face folder as keys of a GGUF file: tokens, scores, types, merges, special tokens, chat template.</summary>
/// <remarks>Source: llama.cpp, gguf-py (keys) and conversion (how vocabularies are written).</remarks>
public static class GgufTokenizer
{
    private const string Prefix = "tokenizer.ggml.";
    private const string SpaceMark = "▁";

    private const int MaxTokens = 1 << 24; // 60 times the largest vocabulary; ids decide how much is allocated

    // Kinds of tokens, enum llama_token_type.
    private const int Normal = 1;
    private const int Unknown = 2;
    private const int Control = 3;
    private const int UserDefined = 4;
    private const int Unused = 5;
    private const int Byte = 6;

    /// <summary>Splitting expressions that llama.cpp knows by name.</summary>
    private static readonly Dictionary<string, string> s_splitters = new(StringComparer.Ordinal)
    {
        [@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"] = "llama-bpe",
        [@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"] = "qwen2",
    };

    private static readonly (string Token, string Key)[] s_specials =
    [
        ("bos_token", "bos_token_id"), ("eos_token", "eos_token_id"), ("unk_token", "unknown_token_id"), ("pad_token", "padding_token_id"),
        ("sep_token", "seperator_token_id"), ("cls_token", "cls_token_id"), ("mask_token", "mask_token_id"), // "seperator" is the key's spelling
    ];

    /// <summary>Reads a folder's <c>tokenizer.json</c>, <c>tokenizer_config.json</c> and <c>chat_template.jinja</c>.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="vocabularySize">Rows of the embedding; ids without a token are marked as unused.</param>
    /// <param name="splitter">Name by which llama.cpp knows the splitting rules, where they cannot be recognised.</param>
    /// <returns><see langword="null"/> when the folder has no tokenizer.json.</returns>
    /// <exception cref="CheckpointFormatException">A file is damaged, or the tokenizer is of a kind that GGUF files cannot express.</exception>
    public static GgufMetadata? Read(string folder, int vocabularySize, string? splitter = null)
    {
        string path = Path.Combine(folder, "tokenizer.json");
        if (!File.Exists(path))
        {
            return null;
        }

        JsonObject tokenizer = ReadJson(path);
        JsonObject settings = File.Exists(Path.Combine(folder, "tokenizer_config.json")) ? ReadJson(Path.Combine(folder, "tokenizer_config.json")) : [];
        var metadata = new GgufMetadata { Location = path };
        try
        {
            AddVocabulary(metadata, tokenizer, vocabularySize, splitter, path);
            AddSpecials(metadata, tokenizer, settings);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException or OverflowException or NullReferenceException)
        {
            throw new CheckpointFormatException("A tokenizer.json does not have the expected form.", path, e.Message, "Download it again.", e);
        }

        if (TemplateOf(folder, settings) is { } template)
        {
            metadata["tokenizer.chat_template"] = GgufValue.Of(template);
        }

        return metadata;
    }

    private static void AddVocabulary(GgufMetadata metadata, JsonObject tokenizer, int size, string? splitter, string path)
    {
        JsonObject model = tokenizer["model"]!.AsObject();
        string kind = (string?)model["type"] ?? (model.ContainsKey("merges") ? "BPE" : "WordPiece");
        bool isByteLevel = Parts(tokenizer["pre_tokenizer"], "pretokenizers").Concat(Parts(tokenizer["decoder"], "decoders")).Any(part => (string?)part["type"] == "ByteLevel");
        if (kind is not ("BPE" or "WordPiece"))
        {
            throw new CheckpointFormatException($"Tokenizers of type {kind} are not written to GGUF files.", path, $"model.type = {kind}", "Write the file without a tokenizer (--no-tokenizer).");
        }

        Dictionary<string, int> vocabulary = model["vocab"]!.AsObject().ToDictionary(pair => pair.Key, pair => IdOf(pair.Value), StringComparer.Ordinal);
        JsonObject[] added = [.. (tokenizer["added_tokens"] as JsonArray ?? []).Select(token => token!.AsObject())];
        int count = Math.Max(size, 1 + vocabulary.Values.Concat(added.Select(token => IdOf(token["id"]))).DefaultIfEmpty(-1).Max());
        var tokens = new string[count];
        int[] types = [.. Enumerable.Repeat(Unused, count)];
        for (int id = 0; id < count; id++)
        {
            tokens[id] = $"[PAD{id}]";
        }

        foreach ((string token, int id) in vocabulary)
        {
            (tokens[id], types[id]) = (token, Normal);
        }

        foreach (JsonObject token in added)
        {
            int id = IdOf(token["id"]);
            (tokens[id], types[id]) = ((string)token["content"]!, (bool?)token["special"] == true ? Control : UserDefined);
        }

        string[] merges = [.. (model["merges"] as JsonArray ?? []).Select(merge => merge is JsonArray pair ? $"{(string?)pair[0]} {(string?)pair[1]}" : (string)merge!)];
        if (kind == "WordPiece")
        {
            metadata[Prefix + "model"] = GgufValue.Of("bert");
            metadata[Prefix + "token_type_count"] = GgufValue.Of(2u);
            for (int id = 0; id < count; id++)
            {
                // Words are marked at their beginning, their continuations no more.
                tokens[id] = types[id] == Control ? tokens[id] : tokens[id].StartsWith("##", StringComparison.Ordinal) ? tokens[id][2..] : SpaceMark + tokens[id];
            }
        }
        else if (isByteLevel)
        {
            metadata[Prefix + "model"] = GgufValue.Of("gpt2");
        }
        else
        {
            metadata[Prefix + "model"] = GgufValue.Of("llama");
            AddScores(metadata, tokens, types, merges, vocabulary, (string?)model["unk_token"]);
        }

        metadata[Prefix + "pre"] = GgufValue.Of(splitter ?? (kind == "BPE" && isByteLevel ? SplitterOf(tokenizer, path) : "default"));
        metadata[Prefix + "tokens"] = GgufValue.Adopt(tokens);
        metadata[Prefix + "token_type"] = GgufValue.Adopt(types);
        if (kind == "BPE" && isByteLevel)
        {
            metadata[Prefix + "merges"] = GgufValue.Adopt(merges);
        }
        else if (kind == "BPE")
        {
            bool prepends = Parts(tokenizer["normalizer"], "normalizers").Any(part => (string?)part["type"] == "Prepend")
                || Parts(tokenizer["pre_tokenizer"], "pretokenizers").Any(part => (string?)part["type"] == "Metaspace" && (string?)part["prepend_scheme"] != "never");
            metadata[Prefix + "add_space_prefix"] = GgufValue.Of(prepends);
        }
    }

    /// <summary>SentencePiece joins the pair of highest score first; tokenizer.json keeps only the order, which is all that matters.</summary>
    private static void AddScores(GgufMetadata metadata, string[] tokens, int[] types, string[] merges, Dictionary<string, int> vocabulary, string? unknown)
    {
        var scores = new float[tokens.Length];
        var hasScore = new bool[tokens.Length];
        for (int rank = 0; rank < merges.Length; rank++)
        {
            int middle = merges[rank].IndexOf(' ', 1);
            string joined = string.Concat(merges[rank].AsSpan(0, middle), merges[rank].AsSpan(middle + 1));
            if (vocabulary.TryGetValue(joined, out int id) && !hasScore[id])
            {
                (scores[id], hasScore[id]) = (-rank, true);
            }
        }

        for (int id = 0; id < tokens.Length; id++)
        {
            types[id] = tokens[id] == unknown ? Unknown : tokens[id] is ['<', '0', 'x', _, _, '>'] ? Byte : types[id];
        }

        metadata[Prefix + "scores"] = GgufValue.Adopt(scores);
    }

    private static string SplitterOf(JsonObject tokenizer, string path)
    {
        JsonObject[] parts = [.. Parts(tokenizer["pre_tokenizer"], "pretokenizers")];
        string[] types = [.. parts.Select(part => (string?)part["type"] ?? string.Empty)];
        string? known = types switch
        {
            ["ByteLevel"] when (bool?)parts[0]["use_regex"] != false => "gpt-2",
            ["Digits", "ByteLevel"] when (bool?)parts[0]["individual_digits"] == true && (bool?)parts[1]["use_regex"] != false => "smollm",
            ["Split", "ByteLevel"] => s_splitters.GetValueOrDefault((string?)parts[0]["pattern"]?["Regex"] ?? string.Empty),
            _ => null,
        };
        return known ?? throw new CheckpointFormatException(
            "The rules by which this tokenizer splits texts have no name in GGUF files that is known here.",
            path,
            $"pre_tokenizer: {tokenizer["pre_tokenizer"]?.ToJsonString()}",
            "Give the name that llama.cpp uses for this model (--pre NAME), or write the file without a tokenizer (--no-tokenizer).");
    }

    private static void AddSpecials(GgufMetadata metadata, JsonObject tokenizer, JsonObject settings)
    {
        IReadOnlyList<string> tokens = metadata.FindStrings(Prefix + "tokens") ?? [];
        var ids = new Dictionary<string, uint>(StringComparer.Ordinal);
        foreach (JsonNode? token in tokenizer["added_tokens"] as JsonArray ?? [])
        {
            ids[(string)token!["content"]!] = (uint)IdOf(token["id"]);
        }

        foreach ((string name, string key) in s_specials)
        {
            if (ContentOf(settings[name]) is { } content && (ids.TryGetValue(content, out uint id) || TryFind(tokens, content, out id)))
            {
                metadata[Prefix + key] = GgufValue.Of(id);
                ids[name] = id;
            }
        }

        (bool first, bool last) = Surroundings(tokenizer["post_processor"], ContentOf(settings["bos_token"]), ContentOf(settings["eos_token"]));
        metadata[Prefix + "add_bos_token"] = GgufValue.Of(settings["add_bos_token"] is JsonValue bos && bos.TryGetValue(out bool addsFirst) ? addsFirst : first);
        metadata[Prefix + "add_eos_token"] = GgufValue.Of(settings["add_eos_token"] is JsonValue eos && eos.TryGetValue(out bool addsLast) ? addsLast : last);
    }

    private static int IdOf(JsonNode? id)
    {
        int number = (int)id!; // a missing id throws, which the caller explains
        return number is >= 0 and < MaxTokens ? number : throw new FormatException($"the token id {number} is not in 0–{MaxTokens - 1}");
    }

    private static string? ContentOf(JsonNode? token) => token is JsonObject described ? (string?)described["content"] : (string?)token;

    private static bool TryFind(IReadOnlyList<string> tokens, string content, out uint id)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            if (tokens[i] == content)
            {
                id = (uint)i;
                return true;
            }
        }

        id = 0;
        return false;
    }

    /// <summary>Whether the template of single texts begins with the first and ends with the last special token.</summary>
    private static (bool First, bool Last) Surroundings(JsonNode? processor, string? bos, string? eos)
    {
        foreach (JsonObject part in Parts(processor, "processors").Where(part => (string?)part["type"] == "TemplateProcessing"))
        {
            string?[] pieces = [.. (part["single"] as JsonArray ?? []).Select(piece => (string?)piece?["SpecialToken"]?["id"])];
            return (pieces.Length > 0 && pieces[0] is { } first && first == bos, pieces.Length > 0 && pieces[^1] is { } last && last == eos);
        }

        return (false, false);
    }

    private static string? TemplateOf(string folder, JsonObject settings)
    {
        string file = Path.Combine(folder, "chat_template.jinja");
        return File.Exists(file) ? File.ReadAllText(file)
            : settings["chat_template"] is JsonArray named ? (string?)named.FirstOrDefault(entry => (string?)entry?["name"] == "default")?["template"]
            : (string?)settings["chat_template"];
    }

    /// <summary>A component, or the components of a sequence of them.</summary>
    private static IEnumerable<JsonObject> Parts(JsonNode? component, string list) =>
        component is not JsonObject single ? []
        : single[list] is JsonArray parts ? parts.OfType<JsonObject>()
        : [single];

    private static JsonObject ReadJson(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject ?? throw new CheckpointFormatException("A tokenizer's file is no JSON object.", path, "", "Download it again.");
        }
        catch (JsonException e)
        {
            throw new CheckpointFormatException("A tokenizer's file is no valid JSON.", path, e.Message, "Download it again.", e);
        }
    }
}
