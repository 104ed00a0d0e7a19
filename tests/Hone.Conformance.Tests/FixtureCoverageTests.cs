using System.Reflection;

namespace Hone.Conformance.Tests;

/// <summary>No fixture goes unread: each kind has a reader, or stands in <c>awaiting.txt</c> with the part of the product that it waits for.</summary>
public sealed class FixtureCoverageTests
{
    public static TheoryData<string> Awaited => new(ReadAwaiting().Select(line => $"{line.Kind}: {line.Reason}"));

    [Fact]
    public void EveryKindOfFixture_IsReadOrAwaited()
    {
        Assert.SkipUnless(Directory.Exists(Fixtures.Root), $"no fixtures at {Path.GetFileName(Fixtures.Root)} (HONE_FIXTURES)");
        IReadOnlyList<string> kinds = FixtureKinds.Find(Fixtures.Root);
        List<string> read = Readers();

        List<string> unread = kinds.Where(kind => !read.Contains(kind) && !ReadAwaiting().Any(line => Matches(line.Kind, kind))).ToList();

        TestContext.Current.TestOutputHelper!.WriteLine($"{kinds.Count} kinds of fixtures, {kinds.Count(read.Contains)} read");
        Assert.NotEmpty(kinds);
        Assert.True(unread.Count == 0, $"unread fixtures: {string.Join(", ", unread)}. Write a reader ([ReadsFixture]), or name the part that they wait for in awaiting.txt.");
    }

    [Fact]
    public void AwaitedKinds_AreNotReadAlready()
    {
        List<string> read = Readers();

        Assert.NotEmpty(read);
        Assert.DoesNotContain(ReadAwaiting(), line => read.Any(kind => Matches(line.Kind, kind)));
    }

    [Theory]
    [MemberData(nameof(Awaited))]
    public void Awaited_IsSkippedVisibly(string reason) => Assert.Skip(reason);

    private static bool Matches(string pattern, string kind) => kind == pattern || (pattern.EndsWith("/*", StringComparison.Ordinal) && kind.StartsWith(pattern[..^1], StringComparison.Ordinal));

    private static List<string> Readers() =>
        typeof(FixtureCoverageTests).Assembly.GetTypes().SelectMany(type => type.GetCustomAttributes<ReadsFixtureAttribute>()).Select(reads => reads.Kind).ToList();

    private static IEnumerable<(string Kind, string Reason)> ReadAwaiting() =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "awaiting.txt"))
            .Where(line => line.Length > 0 && !line.StartsWith('#'))
            .Select(line => line.Split(' ', 2, StringSplitOptions.TrimEntries))
            .Select(parts => (parts[0], parts[1]));
}
