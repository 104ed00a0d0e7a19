using System.Text.Json;
using Hone.Core.Tests;

namespace Hone.Conformance.Tests;

/// <summary>The folder of reference results, found by environment variable or beside the repository.</summary>
internal static class Fixtures
{
    /// <summary>HONE_FIXTURES, else HONE_SHARED/fixtures, else ../shared/fixtures beside the repository; may not exist.</summary>
    public static string Root { get; } = Path.GetFullPath(
        Environment.GetEnvironmentVariable("HONE_FIXTURES")
        ?? Path.Combine(Environment.GetEnvironmentVariable("HONE_SHARED") ?? Path.Combine(RepositoryFolder.Find() ?? Environment.CurrentDirectory, "..", "shared"), "fixtures"));

    /// <summary>Path below the root.</summary>
    public static string At(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>The file's JSON, or a visible skip when it is not there.</summary>
    public static JsonElement Json(params ReadOnlySpan<string> parts)
    {
        string path = At(parts);
        Assert.SkipUnless(File.Exists(path), $"no fixture {Path.GetRelativePath(Root, path)} under HONE_FIXTURES");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        return document.RootElement.Clone();
    }
}
