using System.Runtime.CompilerServices;

namespace Hone.Cli.Tests;

/// <summary>Compares text with a checked-in file under <c>Expected</c>. HONE_ACCEPT=1 rewrites the files, for review in the diff.</summary>
public static class Verified
{
    public static void Matches(string name, string actual, [CallerFilePath] string sourceFile = "")
    {
        string fileName = $"{name}.verified.txt";
        if (Environment.GetEnvironmentVariable("HONE_ACCEPT") == "1")
        {
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(sourceFile)!, "Expected", fileName), actual);
            Assert.Fail($"{fileName} was written; review the difference and run again without HONE_ACCEPT.");
        }

        string path = Path.Combine(AppContext.BaseDirectory, "Expected", fileName);
        Assert.True(File.Exists(path), $"{fileName} is not checked in; HONE_ACCEPT=1 writes it. The text was:\n{actual}");
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
