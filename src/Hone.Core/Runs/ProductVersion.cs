using System.Reflection;

namespace Hone.Core.Runs;

/// <summary>Version of the program, and the commit it was built from if the build knew it.</summary>
/// <param name="Version">Version as released.</param>
/// <param name="Commit">Full commit hash, or <see langword="null"/>.</param>
public sealed record ProductVersion(string Version, string? Commit)
{
    /// <summary>Reads the version stamped into this library.</summary>
    public static ProductVersion Read() =>
        Parse(typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0");

    /// <summary>Splits the informational version, <c>1.2.3+commit</c>, as the SDK stamps it.</summary>
    internal static ProductVersion Parse(string informational)
    {
        int plus = informational.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? new(informational, null) : new(informational[..plus], informational[(plus + 1)..]);
    }

    /// <summary>Gives <c>1.2.3 (0123456)</c>.</summary>
    public override string ToString() => Commit is null ? Version : $"{Version} ({Commit[..Math.Min(7, Commit.Length)]})";
}
