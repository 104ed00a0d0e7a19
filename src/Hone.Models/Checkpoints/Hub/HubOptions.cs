namespace Hone.Models.Checkpoints.Hub;

/// <summary>Where the hub and its cache are, and how they are used; the names of the variables are those of huggingface_hub.</summary>
public sealed record HubOptions
{
    private const string DefaultEndpoint = "https://huggingface.co";

    /// <summary>Address of the hub: <c>HF_ENDPOINT</c>.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Folder of the cache: <c>HF_HUB_CACHE</c>, else <c>hub</c> below <c>HF_HOME</c>, else below the user's cache folder.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>The access token: <c>HF_TOKEN</c>, else the content of the file <c>HF_TOKEN_PATH</c> or <c>token</c> below <c>HF_HOME</c>; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>Whether the network may not be used: <c>HF_HUB_OFFLINE</c>.</summary>
    public bool IsOffline { get; init; }

    /// <summary>Files that are transferred at a time.</summary>
    public int MaxParallel { get; init; } = 8;

    /// <summary>Attempts at one request, the first one included; a transfer that makes progress starts counting anew.</summary>
    public int MaxAttempts { get; init; } = 6;

    /// <summary>Longest time without a single byte before a transfer counts as broken.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Reads the settings from the environment.</summary>
    /// <param name="environment">Looks a variable up.</param>
    /// <exception cref="HubException">A variable has no sensible value.</exception>
    public static HubOptions FromEnvironment(Func<string, string?> environment)
    {
        string endpoint = Given(environment("HF_ENDPOINT")) ?? DefaultEndpoint;
        if (!Uri.TryCreate(endpoint.TrimEnd('/'), UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new HubException(HubFailure.BadName, "HF_ENDPOINT is no address.", endpoint, "", $"unset it, or set it to something like {DefaultEndpoint}");
        }

        string home = Expand(Given(environment("HF_HOME")) ?? DefaultHome(environment), environment);
        string cache = Expand(Given(environment("HF_HUB_CACHE")) ?? Given(environment("HUGGINGFACE_HUB_CACHE")) ?? Path.Combine(home, "hub"), environment);
        return new HubOptions
        {
            Endpoint = uri,
            CacheFolder = cache,
            Token = FindToken(environment, home),
            IsOffline = IsOn(environment("HF_HUB_OFFLINE")) || IsOn(environment("TRANSFORMERS_OFFLINE")),
        };
    }

    private static string DefaultHome(Func<string, string?> environment)
    {
        string? cache = Given(environment("XDG_CACHE_HOME"));
        return Path.Combine(cache ?? Path.Combine(UserFolder(environment), ".cache"), "huggingface");
    }

    private static string UserFolder(Func<string, string?> environment) =>
        Given(environment("HOME")) ?? Given(environment("USERPROFILE")) ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static string Expand(string path, Func<string, string?> environment) =>
        path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? UserFolder(environment) + path[1..] : path;

    private static string? FindToken(Func<string, string?> environment, string home)
    {
        if ((Given(environment("HF_TOKEN")) ?? Given(environment("HUGGING_FACE_HUB_TOKEN"))) is { } token)
        {
            return Clean(token);
        }

        string file = Expand(Given(environment("HF_TOKEN_PATH")) ?? Path.Combine(home, "token"), environment);
        return File.Exists(file) ? Clean(File.ReadAllText(file)) : null;
    }

    private static string? Clean(string token) => Given(token.Replace("\r", "").Replace("\n", "").Trim());

    private static string? Given(string? value) => string.IsNullOrEmpty(value) ? null : value;

    private static bool IsOn(string? value) => value?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";
}
