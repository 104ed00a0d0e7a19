namespace Hone.Architecture.Tests;

/// <summary>Turns a rule's finding into the outcome of a test.</summary>
internal static class Gate
{
    /// <summary>Whether checked-in texts are to be written anew instead of compared; <c>./test --accept</c> asks for it.</summary>
    public static bool Accepting => Environment.GetEnvironmentVariable("HONE_ACCEPT") == "1";

    /// <summary>Says how many items were visited; fails on none and on any violation.</summary>
    public static void Report(ITestOutputHelper output, string items, Finding finding)
    {
        if (finding.NotYet.Length > 0)
        {
            Assert.Skip(finding.NotYet);
        }

        output.WriteLine($"visited {finding.Visited} {items}");
        foreach (string note in finding.Notes)
        {
            output.WriteLine("note: " + note);
        }

        Assert.True(finding.Violations.Count == 0, string.Join('\n', finding.Violations.Prepend($"{finding.Violations.Count} of {finding.Visited} {items} break the rule:")));
        Assert.True(finding.Visited > 0, $"visited no {items}: the rule has nothing to look at, so it looks in the wrong place");
    }

    /// <summary>Compares a checked-in text with what it is generated from, or writes it when accepting.</summary>
    public static void CompareText(ITestOutputHelper output, string file, string expected)
    {
        string path = Repository.Current.PathOf(file);
        if (Accepting)
        {
            File.WriteAllText(path, expected);
            output.WriteLine($"wrote {file}");
            return;
        }

        string[] current = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n").Split('\n') : [];
        string[] wanted = expected.Split('\n');
        string[] difference = [.. current.Except(wanted).Select(line => "- " + line), .. wanted.Except(current).Select(line => "+ " + line)];
        Assert.True(
            current.SequenceEqual(wanted),
            $"{file} is not what the code says now:\n{string.Join('\n', difference.DefaultIfEmpty("(the order of the lines)").Take(60))}\nif that is meant: ./test --project Architecture --accept");
    }
}
