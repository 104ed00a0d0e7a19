using System.Text.RegularExpressions;

namespace Hone.Architecture.Tests;

/// <summary>Rules over the documentation.</summary>
internal static partial class DocumentRules
{
    private const string Decisions = "docs/decisions/";
    private static readonly string[] s_decisionSections = ["## Context", "## Decision", "## Consequences"];

    /// <summary>The rules of this class.</summary>
    public static IReadOnlyList<Rule> All { get; } =
    [
        new("Each path in the README's \"Where is…\" table exists", "paths", WhereIs),
        new("Each relative link in a document leads to a file", "links", Links),
        new("The changelog has entries under Unreleased", "entries", Changelog),
        new("Decision pages are numbered and complete", "decision pages", DecisionPages),
    ];

    private static Finding WhereIs(Repository repository)
    {
        var finding = new Finding();
        string[] lines = repository.Lines("README.md");
        int heading = Array.FindIndex(lines, line => line.StartsWith('#') && line.Contains("Where is", StringComparison.Ordinal));
        foreach (string row in lines.Skip(heading + 1).TakeWhile(line => heading >= 0 && !line.StartsWith('#')).Where(line => line.StartsWith('|')))
        {
            foreach (Match match in CodeSpan().Matches(row))
            {
                finding.Visit();
                string path = match.Groups["code"].Value;
                path = path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
                finding.Require(repository.Contains(path), $"README.md: \"Where is…\" names {path}, which does not exist");
            }
        }

        return finding;
    }

    private static Finding Links(Repository repository)
    {
        var finding = new Finding();
        foreach (string file in repository.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal)))
        {
            string folder = repository.PathOf(Path.GetDirectoryName(file) ?? "");
            foreach (Match match in Link().Matches(repository.Text(file)))
            {
                string target = match.Groups["target"].Value;
                finding.Visit();
                string relative = Path.GetRelativePath(repository.Root, Path.GetFullPath(Path.Combine(folder, target))).Replace('\\', '/');
                finding.Require(repository.Contains(relative), $"{file}: the link to {target} leads nowhere");
            }
        }

        return finding;
    }

    private static Finding Changelog(Repository repository)
    {
        var finding = new Finding();
        string[] lines = repository.Lines("CHANGELOG.md");
        int heading = Array.FindIndex(lines, line => line.StartsWith("## ", StringComparison.Ordinal) && line.Contains("Unreleased", StringComparison.Ordinal));
        finding.Require(heading >= 0, "CHANGELOG.md: no section '## Unreleased'");
        foreach (string entry in lines.Skip(heading + 1).TakeWhile(line => heading >= 0 && !line.StartsWith("## ", StringComparison.Ordinal)).Where(line => line.StartsWith("- ", StringComparison.Ordinal)))
        {
            finding.Visit();
            finding.Require(entry.Length > 12, $"CHANGELOG.md: the entry '{entry}' does not say what a user notices");
        }

        return finding;
    }

    private static Finding DecisionPages(Repository repository)
    {
        string[] pages = [.. repository.Files.Where(file => file.StartsWith(Decisions, StringComparison.Ordinal))];
        if (pages.Length == 0)
        {
            return Finding.Nothing($"{Decisions} has no page yet");
        }

        var finding = new Finding();
        foreach ((int index, string page) in pages.Index())
        {
            finding.Visit();
            string name = page[Decisions.Length..];
            string[] lines = repository.Lines(page);
            finding.Require(DecisionName().IsMatch(name), $"{page}: call it NNNN-title.md with a title of lower-case words");
            finding.Require(name.StartsWith($"{index + 1:D4}-", StringComparison.Ordinal), $"{page}: expected number {index + 1:D4}; numbers have no gap and none twice");
            finding.Require(lines.Length > 0 && lines[0].StartsWith("# ", StringComparison.Ordinal), $"{page}: the first line is not a title");
            foreach (string section in s_decisionSections)
            {
                int start = Array.IndexOf(lines, section);
                finding.Require(
                    start >= 0 && lines.Skip(start + 1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal)).Any(line => line.Length > 0),
                    $"{page}: the section '{section}' is missing or empty");
            }
        }

        return finding;
    }

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"\]\((?<target>(?!\w+:)[^)#\s]+)(#[^)\s]*)?\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^\d{4}-[a-z0-9]+(-[a-z0-9]+)*\.md$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DecisionName();
}
