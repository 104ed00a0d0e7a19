namespace Hone.Core.Tests;

/// <summary>The folder of the sources, for tests that read recipes, models or the sources themselves.</summary>
internal static class RepositoryFolder
{
    /// <summary>Its path.</summary>
    /// <exception cref="DirectoryNotFoundException">The tests run outside of it.</exception>
    public static string Root => Find() ?? throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Hone.slnx.");

    /// <summary>Its path; null when the tests run outside of it.</summary>
    public static string? Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Hone.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder;
    }
}
