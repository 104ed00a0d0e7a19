using System.Text;
using System.Text.Json;
using Hone.Core.Registry;

namespace Hone.Data.Formats;

/// <summary>Data sets by name, as LLaMA-Factory describes them in <c>dataset_info.json</c>.</summary>
/// <remarks>
/// Source: hiyouga/LLaMA-Factory, <c>dataset_info.json</c>. As there, an entry with <c>columns</c> or <c>tags</c> has those alone that it lists; what it
/// probably forgot is a warning.
/// </remarks>
public sealed class DatasetRegistry
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "dataset_info.json";

    private static readonly string[] s_keys = ["file_name", "formatting", "ranking", "subset", "split", "folder", "num_samples", "columns", "tags", "hf_hub_url", "ms_hub_url", "om_hub_url", "script_url", "cloud_file_name"];
    private static readonly string[] s_columns = ["prompt", "query", "response", "history", "messages", "system", "tools", "images", "videos", "audios", "chosen", "rejected", "kto_tag"];
    private static readonly string[] s_tags = ["role_tag", "content_tag", "user_tag", "assistant_tag", "observation_tag", "function_tag", "system_tag"];

    private readonly string _path;
    private readonly JsonElement _entries;

    private DatasetRegistry(string path, JsonElement entries)
    {
        _path = path;
        _entries = entries;
    }

    /// <summary>The names, in file order.</summary>
    public IReadOnlyList<string> Names => [.. _entries.EnumerateObject().Select(entry => entry.Name)];

    /// <summary>Reads the file.</summary>
    /// <exception cref="DatasetFormatException">It cannot be read, or is no JSON object.</exception>
    public static DatasetRegistry Load(string path)
    {
        try
        {
            byte[] json = Encoding.UTF8.GetBytes(File.ReadAllText(path));
            using JsonDocument document = JsonDocument.Parse(json);
            if (JsonTexts.FindUnreadable(document.RootElement, json) is { } reason)
            {
                throw new DatasetFormatException("The file holds a text that cannot be read.", path, reason, "write whole characters; escapes of surrogates go in pairs");
            }

            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new DatasetRegistry(path, document.RootElement.Clone())
                : throw new DatasetFormatException("The file does not describe data sets.", path, $"the top is {document.RootElement.ValueKind}", "write {\"name\": {\"file_name\": …}, …}");
        }
        catch (JsonException e)
        {
            throw new DatasetFormatException("The file is no JSON.", $"{path}:{e.LineNumber + 1}:{e.BytePositionInLine + 1}", e.Message.Split(" Path:")[0], "correct it at this place", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetFormatException("The descriptions of data sets cannot be read.", path, e.Message, "check that the file exists and may be read", e);
        }
    }

    /// <summary>Looks a data set up.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="wanted">What the rows are to teach; examples alone when not given.</param>
    /// <exception cref="DatasetFormatException">There is none of that name, or it is not a file of such rows.</exception>
    public DatasetEntry Find(string name, IReadOnlyList<RowContent>? wanted = null)
    {
        wanted ??= [RowContent.Example];
        if (!_entries.TryGetProperty(name, out JsonElement entry))
        {
            throw new DatasetFormatException("There is no such data set.", _path, $"'{name}'; nearest: {string.Join(", ", NearestNames.Rank(name, Names))}", "take a name of this file");
        }

        if (entry.ValueKind != JsonValueKind.Object)
        {
            throw Invalid(name, $"it is {entry.ValueKind}, not an object", "write {\"file_name\": …}");
        }

        RefuseUnknown(name, entry, s_keys, "");
        string file = RowText(name, entry, "file_name") ?? throw Invalid(
            name, $"it has no file_name, but {string.Join(", ", entry.EnumerateObject().Select(property => property.Name))}", "download it, and name the file in file_name");
        JsonElement? columns = Map(name, entry, "columns", s_columns), tags = Map(name, entry, "tags", s_tags);
        RowContent content = ContentOf(name, entry, columns, wanted);
        string formatting = RowText(name, entry, "formatting") ?? "alpaca";
        var warnings = new List<string>();
        (string formatName, RowFormat format) = (formatting, content) switch
        {
            ("alpaca", RowContent.Example) => (formatting, Alpaca(name, columns, warnings)),
            ("sharegpt", RowContent.Example) => (formatting, ShareGpt(name, columns, tags, warnings)),
            ("openai", RowContent.Example) => ("messages", (RowFormat)OpenAi(name, columns, tags)),
            ("alpaca", RowContent.Pair) => ("alpaca-ranking", AlpacaRanking(name, columns)),
            ("alpaca", RowContent.Feedback) => ("alpaca-kto", AlpacaKto(name, columns)),
            ("sharegpt" or "openai", RowContent.Pair) => ("sharegpt-ranking", ShareGptRanking(name, columns, formatting == "openai" ? Standard(OpenAi(name, columns, tags)) : ShareGpt(name, columns, tags, warnings))),
            ("sharegpt" or "openai", RowContent.Feedback) => ("sharegpt-kto", ShareGptKto(name, columns, formatting == "openai" ? Standard(OpenAi(name, columns, tags)) : ShareGpt(name, columns, tags, warnings))),
            _ => throw Invalid(name, $"formatting '{formatting}'", "use alpaca, sharegpt or openai"),
        };
        long? samples = entry.TryGetProperty("num_samples", out JsonElement number) && number.ValueKind != JsonValueKind.Null
            ? number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out long count) && count > 0 ? count : throw Invalid(name, $"num_samples is {number}", "give a whole number above 0")
            : null;
        return new DatasetEntry(name, Path.Combine(Path.GetDirectoryName(_path) ?? "", file), formatName, format, samples, warnings);
    }

    /// <summary>What the entry's rows teach, if that is wanted.</summary>
    private RowContent ContentOf(string name, JsonElement entry, JsonElement? columns, IReadOnlyList<RowContent> wanted)
    {
        bool ranks = entry.TryGetProperty("ranking", out JsonElement ranking) && ranking.ValueKind == JsonValueKind.True;
        bool tags = Value(name, columns, "kto_tag", null, columns is not null) is not null;
        if (ranks && tags)
        {
            throw Invalid(name, "it has ranking: true, and a column kto_tag", "keep one: pairs have chosen and rejected, single answers a kto_tag");
        }

        RowContent content = ranks ? RowContent.Pair : tags ? RowContent.Feedback : RowContent.Example;
        return wanted.Contains(content) ? content : throw (content switch
        {
            RowContent.Pair => Invalid(name, "ranking: true makes it preference data", "use it for preference optimisation"),
            RowContent.Feedback when wanted.Contains(RowContent.Pair) => Invalid(name, "the column kto_tag marks single answers, but pairs are wanted", "train with the loss kto, or give pairs"),
            RowContent.Feedback => Invalid(name, "the column kto_tag makes it preference data", "use it for preference optimisation"),
            _ => Invalid(name, "its rows do not say which answers are better than others", "add \"ranking\": true and the columns chosen and rejected, or a column kto_tag"),
        });
    }

    private AlpacaRankingFormat AlpacaRanking(string name, JsonElement? columns)
    {
        (string chosen, string rejected) = Answers(name, columns);
        return new AlpacaRankingFormat(AlpacaQuestion(name, columns)) { Chosen = chosen, Rejected = rejected };
    }

    private AlpacaKtoFormat AlpacaKto(string name, JsonElement? columns) => new(AlpacaQuestion(name, columns))
    {
        Response = Value(name, columns, "response", null, true) ?? throw NoColumn(name, "response", "output"),
        KtoTag = Value(name, columns, "kto_tag", null, true) ?? throw NoColumn(name, "kto_tag", "kto_tag"),
    };

    private ShareGptRankingFormat ShareGptRanking(string name, JsonElement? columns, ShareGptFormat messages)
    {
        (string chosen, string rejected) = Answers(name, columns);
        return new ShareGptRankingFormat(messages) { Chosen = chosen, Rejected = rejected };
    }

    private ShareGptKtoFormat ShareGptKto(string name, JsonElement? columns, ShareGptFormat messages) =>
        new(messages) { KtoTag = Value(name, columns, "kto_tag", null, true) ?? throw NoColumn(name, "kto_tag", "kto_tag") };

    private (string Chosen, string Rejected) Answers(string name, JsonElement? columns) => (
        Value(name, columns, "chosen", "chosen", columns is not null) ?? throw NoColumn(name, "chosen", "chosen"),
        Value(name, columns, "rejected", "rejected", columns is not null) ?? throw NoColumn(name, "rejected", "rejected"));

    /// <summary>The words of OpenAI's messages in the form of ShareGPT's.</summary>
    private static ShareGptFormat Standard(MessagesFormat format) => new()
    {
        Messages = format.Messages,
        Tools = format.Tools,
        System = format.System,
        RoleTag = format.RoleTag,
        ContentTag = format.ContentTag,
        UserTag = format.UserTag,
        AssistantTag = format.AssistantTag,
        ObservationTag = format.ObservationTag,
        FunctionTag = null,
        SystemTag = format.SystemTag,
    };

    private DatasetFormatException NoColumn(string name, string column, string usual) => Invalid(name, $"its columns have no {column}", $"add \"{column}\": \"{usual}\"");

    private AlpacaFormat AlpacaQuestion(string name, JsonElement? columns)
    {
        bool given = columns is not null;
        return new AlpacaFormat
        {
            Prompt = Value(name, columns, "prompt", "instruction", given) ?? throw NoColumn(name, "prompt", "instruction"),
            Query = Value(name, columns, "query", "input", given),
            System = Value(name, columns, "system", null, given),
            History = Value(name, columns, "history", null, given),
        };
    }

    private AlpacaFormat Alpaca(string name, JsonElement? columns, List<string> warnings)
    {
        AlpacaFormat format = AlpacaQuestion(name, columns) with { Response = Value(name, columns, "response", "output", columns is not null) };
        if (format.Response is null)
        {
            warnings.Add($"{_path}: '{name}' lists its columns without a response, so its rows are plain texts; add \"response\": \"output\" if they have answers");
        }

        return format;
    }

    private ShareGptFormat ShareGpt(string name, JsonElement? columns, JsonElement? tags, List<string> warnings)
    {
        bool given = tags is not null;
        var format = new ShareGptFormat
        {
            Messages = Value(name, columns, "messages", "conversations", columns is not null) ?? throw NoColumn(name, "messages", "conversations"),
            Tools = Value(name, columns, "tools", null, columns is not null),
            System = Value(name, columns, "system", null, columns is not null),
            RoleTag = Value(name, tags, "role_tag", "from", given) ?? throw Invalid(name, "its tags have no role_tag", "add \"role_tag\": \"from\""),
            ContentTag = Value(name, tags, "content_tag", "value", given) ?? throw Invalid(name, "its tags have no content_tag", "add \"content_tag\": \"value\""),
            UserTag = Value(name, tags, "user_tag", "human", given),
            AssistantTag = Value(name, tags, "assistant_tag", "gpt", given),
            ObservationTag = Value(name, tags, "observation_tag", "observation", given),
            FunctionTag = Value(name, tags, "function_tag", "function_call", given),
            SystemTag = Value(name, tags, "system_tag", "system", given),
        };
        if (given && format.SystemTag is null)
        {
            warnings.Add($"{_path}: '{name}' lists its tags without a system_tag, so a row with a system message is an error; add \"system_tag\": \"system\" if there are any");
        }

        return format;
    }

    private MessagesFormat OpenAi(string name, JsonElement? columns, JsonElement? tags)
    {
        var defaults = new MessagesFormat();
        return defaults with
        {
            Messages = Value(name, columns, "messages", defaults.Messages, false)!, // has a default
            Tools = Value(name, columns, "tools", null, columns is not null),
            System = Value(name, columns, "system", null, columns is not null),
            RoleTag = Value(name, tags, "role_tag", defaults.RoleTag, false)!, // has a default, as all below
            ContentTag = Value(name, tags, "content_tag", defaults.ContentTag, false)!,
            UserTag = Value(name, tags, "user_tag", defaults.UserTag, false)!,
            AssistantTag = Value(name, tags, "assistant_tag", defaults.AssistantTag, false)!,
            ObservationTag = Value(name, tags, "observation_tag", defaults.ObservationTag, false)!,
            SystemTag = Value(name, tags, "system_tag", defaults.SystemTag, false)!,
        };
    }

    private JsonElement? Map(string name, JsonElement entry, string key, string[] known)
    {
        if (!entry.TryGetProperty(key, out JsonElement map) || map.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (map.ValueKind != JsonValueKind.Object)
        {
            throw Invalid(name, $"{key} is {map.ValueKind}, not an object", "write {\"" + known[0] + "\": …}");
        }

        RefuseUnknown(name, map, known, key + ".");
        return map;
    }

    private string? Value(string name, JsonElement? map, string key, string? fallback, bool omittedIsNull) =>
        map is { } given && given.TryGetProperty(key, out _) ? RowText(name, given, key) : omittedIsNull ? null : fallback;

    private string? RowText(string name, JsonElement map, string key) =>
        !map.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Invalid(name, $"{key} is {value.ValueKind}, not text", "write it as text");

    private void RefuseUnknown(string name, JsonElement map, string[] known, string prefix)
    {
        foreach (string key in map.EnumerateObject().Select(property => property.Name).Where(key => !known.Contains(key)))
        {
            throw Invalid(name, $"unknown key '{prefix}{key}'; nearest: {string.Join(", ", NearestNames.Rank(key, known))}", "correct or remove it");
        }
    }

    private DatasetFormatException Invalid(string name, string facts, string fix) => new($"The data set '{name}' cannot be used.", _path, facts, fix);
}
