namespace Hone.Conformance.Tests;

/// <summary>Third-party models and data outside the repository, found through HONE_SHARED or beside the fixtures.</summary>
internal static class SharedData
{
    /// <summary>HONE_SHARED, else the folder that holds the fixtures; may not exist.</summary>
    public static string Root { get; } = Path.GetFullPath(Environment.GetEnvironmentVariable("HONE_SHARED") ?? Path.Combine(Fixtures.Root, ".."));

    /// <summary>Path below the root.</summary>
    public static string At(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);
}
