using System.Text.Json;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>What <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> say, as transformers 5 takes them into account.</summary>
internal sealed class TokenizerSettings
{
    private const string ConfigName = "tokenizer_config.json";
    private const string MapName = "special_tokens_map.json";
    private const double Unlimited = 1e9;  // transformers writes 1e30 for "no limit"

    private static readonly string[] s_roles = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];
    private static readonly Dictionary<string, bool> s_sides = new(StringComparer.Ordinal) { ["right"] = false, ["left"] = true };

    private readonly Dictionary<string, AddedToken> _roles = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, AddedToken> _added = [];
    private readonly List<AddedToken> _additional = [];

    private TokenizerSettings()
    {
    }

    /// <summary>Name of the Python class, without <c>Fast</c>; empty when none is named.</summary>
    public string ClassName { get; private set; } = "";

    /// <summary>Whether a begin token is added; null: not said.</summary>
    public bool? AddBos { get; private set; }

    /// <summary>Whether an end token is added; null: not said.</summary>
    public bool? AddEos { get; private set; }

    /// <summary>Whether byte-level text gets a leading space.</summary>
    public bool AddPrefixSpace { get; private set; }

    /// <summary>BERT: lower case; null: not said.</summary>
    public bool? Lowercase { get; private set; }

    /// <summary>BERT: spaces around ideographs.</summary>
    public bool SpaceIdeographs { get; private set; } = true;

    /// <summary>BERT: remove accents; null: not said.</summary>
    public bool? StripAccents { get; private set; }

    /// <summary>Whether decoding removes spaces before punctuation (never with BPE, which it would corrupt).</summary>
    public bool CleanUpSpaces { get; private set; }

    /// <summary>Tokens that the model was made for, or null.</summary>
    public int? MaxLength { get; private set; }

    /// <summary>Where padding stands, or null.</summary>
    public PaddingSide? PaddingSide { get; private set; }

    /// <summary>Where texts are cut, or null.</summary>
    public TruncationSide? TruncationSide { get; private set; }

    /// <summary>The tokens with a role.</summary>
    public SpecialTokens Special => new()
    {
        Bos = Role("bos_token"),
        Eos = Role("eos_token"),
        Unk = Role("unk_token"),
        Sep = Role("sep_token"),
        Pad = Role("pad_token"),
        Cls = Role("cls_token"),
        Mask = Role("mask_token"),
        Additional = [.. _additional.Select(token => token.Content)],
    };

    /// <summary>Tokens to add to those of the vocabulary's file: declared ones by id, then those with a role.</summary>
    public IEnumerable<AddedToken> Added => [.. _added.Values, .. s_roles.Where(_roles.ContainsKey).Select(role => _roles[role]), .. _additional];

    /// <summary>Declared tokens by id.</summary>
    public IReadOnlyDictionary<int, AddedToken> Declared => _added;

    /// <summary>Reads the files of a folder; null when there is none.</summary>
    /// <exception cref="TokenizerFormatException">A file is malformed.</exception>
    public static TokenizerSettings? Read(string folder)
    {
        var settings = new TokenizerSettings();
        bool any = settings.ReadFile(Path.Combine(folder, MapName), settings.ReadRoles);
        any |= settings.ReadFile(Path.Combine(folder, ConfigName), settings.ReadConfig);
        return any ? settings : null;
    }

    /// <summary>Text of the token with a role, or null.</summary>
    public string? Role(string name) => _roles.TryGetValue(name, out AddedToken? token) ? token.Content : null;

    private bool ReadFile(string path, Action<ConfigNode> read)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using JsonDocument document = TokenizerJsonReader.Parse(File.ReadAllBytes(path), path);
        read(new ConfigNode(path, "", document.RootElement).RequireObject());
        return true;
    }

    private void ReadConfig(ConfigNode config)
    {
        ReadRoles(config);
        string name = config["tokenizer_class"].String("");
        ClassName = name.EndsWith("Fast", StringComparison.Ordinal) ? name[..^"Fast".Length] : name;
        AddBos = config["add_bos_token"].IsNull ? null : config["add_bos_token"].Bool();
        AddEos = config["add_eos_token"].IsNull ? null : config["add_eos_token"].Bool();
        AddPrefixSpace = config["add_prefix_space"].Bool(false);
        Lowercase = config["do_lower_case"].IsNull ? null : config["do_lower_case"].Bool();
        SpaceIdeographs = config["tokenize_chinese_chars"].Bool(true);
        StripAccents = config["strip_accents"].IsNull ? null : config["strip_accents"].Bool();
        CleanUpSpaces = config["clean_up_tokenization_spaces"].Bool(false);
        PaddingSide = config["padding_side"].IsNull ? null : config["padding_side"].Choice(s_sides) ? Tokenizers.PaddingSide.Left : Tokenizers.PaddingSide.Right;
        TruncationSide = config["truncation_side"].IsNull ? null : config["truncation_side"].Choice(s_sides) ? Tokenizers.TruncationSide.Left : Tokenizers.TruncationSide.Right;
        double length = config["model_max_length"].IsNull ? Unlimited : config["model_max_length"].Number();
        MaxLength = length is > 0 and < Unlimited ? (int)length : null;
        if (!config["added_tokens_decoder"].IsNull)
        {
            foreach ((string key, ConfigNode token) in config["added_tokens_decoder"].Members())
            {
                _added[int.TryParse(key, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int id) ? id : throw token.Misfit("a token under its id")] =
                    Token(token.RequireObject(), special: false);
            }
        }
    }

    private void ReadRoles(ConfigNode config)
    {
        foreach (string role in s_roles.Where(role => !config[role].IsNull))
        {
            _roles[role] = Token(config[role], special: true) with { Special = true };
        }

        foreach (string list in (string[])["additional_special_tokens", "extra_special_tokens"])
        {
            IEnumerable<ConfigNode> tokens = config[list].IsNull ? []
                : config[list].Element.ValueKind == JsonValueKind.Object ? config[list].Members().Select(member => member.Value)
                : config[list].Items();
            foreach (AddedToken token in tokens.Select(token => Token(token, special: true) with { Special = true }))
            {
                if (!_additional.Exists(present => present.Content == token.Content))
                {
                    _additional.Add(token);
                }
            }
        }
    }

    /// <summary>A token by its text alone, or with its flags.</summary>
    private static AddedToken Token(ConfigNode config, bool special) => config.Element.ValueKind == JsonValueKind.String
        ? new AddedToken { Content = config.String(), Special = special }
        : new AddedToken
        {
            Content = config.RequireObject()["content"].String(),
            Special = config["special"].Bool(special),
            SingleWord = config["single_word"].Bool(false),
            LeftStrip = config["lstrip"].Bool(false),
            RightStrip = config["rstrip"].Bool(false),
            Normalized = config["normalized"].Bool(!special),
        };
}
