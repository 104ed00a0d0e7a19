using System.Text.RegularExpressions;

namespace Hone.Architecture.Tests;

/// <summary>Rules over source files and their names.</summary>
internal static partial class SourceRules
{
    private const int SoftLineLimit = 400;
    private const int HardLineLimit = 800;
    private const long MaxFileBytes = 1 << 20;

    /// <summary>Of the models that Hone itself has made and brings along.</summary>
    private const long MaxWeightBytes = 8 << 20;

    /// <summary>Folders whose namespace is not their path, and the partial class that their files share.</summary>
    private static readonly (string Folder, string Namespace, string PartialType, string Reason)[] s_folderExceptions =
    [
        ("src/Hone.Tensors/Ops", "Hone.Tensors", "Ops", "the public class is called Ops; a namespace Hone.Tensors.Ops would collide with it"),
    ];

    /// <summary>Hosts that a URL in the repository may name: where readers find papers, documentation and source.</summary>
    private static readonly string[] s_hosts =
    [
        "arxiv.org", "doi.org", "aclanthology.org", "openreview.net", "proceedings.mlr.press", "github.com", "huggingface.co",
        "dotnet.microsoft.com", "learn.microsoft.com", "xunit.net", "schemas.microsoft.com", "www.w3.org", "json-schema.org",
        "localhost", "127.0.0.1", "example.com", "example.org",
    ];

    /// <summary>The rules of this class.</summary>
    public static IReadOnlyList<Rule> All { get; } =
    [
        new($"No source file is longer than {HardLineLimit} lines", "source files", Length),
        new("No file, folder or namespace has a name that says nothing", "files", Names),
        new("Namespaces equal folders", "C# files", Namespaces),
        new("A file is named after its public type", "C# files", FileNames),
        new("The product writes to the console in Hone.Cli alone", "C# files", ConsoleUse),
        new("Nothing is left unfinished without an issue number", "source files", Unfinished),
        new("No file names a machine's path or a package registry", "text files", MachineNames),
        new("No file is larger than 1 MiB, a model's weights than 8 MiB", "files", Sizes),
    ];

    private static Finding Length(Repository repository)
    {
        var finding = new Finding();
        foreach (string file in repository.SourceFiles())
        {
            finding.Visit();
            int lines = repository.Lines(file).Length;
            if (lines > SoftLineLimit)
            {
                finding.Note($"{file}: {lines} lines, more than {SoftLineLimit}");
            }

            finding.Require(lines <= HardLineLimit, $"{file}: {lines} lines, at most {HardLineLimit}; split it by concept");
        }

        return finding;
    }

    private static Finding Names(Repository repository)
    {
        var finding = new Finding();
        foreach (string file in repository.Files)
        {
            finding.Visit();
            foreach (string part in file.Split('/').SelectMany(segment => segment.Split('.')).Where(part => EmptyName().IsMatch(part)))
            {
                finding.Violate($"{file}: '{part}' does not say what it holds; name the concept");
            }
        }

        return finding;
    }

    private static Finding Namespaces(Repository repository)
    {
        var finding = new Finding();
        foreach (string file in repository.Files.Where(IsCSharp))
        {
            Project? project = repository.Projects.FirstOrDefault(project => file.StartsWith(project.Folder + "/", StringComparison.Ordinal));
            if (project is null)
            {
                finding.Violate($"{file}: belongs to no project");
                continue;
            }

            finding.Visit();
            string folder = FolderOf(file);
            string expected = Exception(file)?.Namespace ?? (project.Name + folder[project.Folder.Length..].Replace('/', '.'));
            MatchCollection declared = NamespaceLine().Matches(repository.Text(file));
            if (declared.Count == 0)
            {
                finding.Require(!TopLevelType().IsMatch(repository.Text(file)), $"{file}: declares types outside a namespace; expected 'namespace {expected};'");
                continue;
            }

            foreach (Match match in declared)
            {
                finding.Require(match.Groups["end"].Value == ";", $"{file}: write a file-scoped namespace");
                finding.Require(match.Groups["name"].Value == expected, $"{file}: namespace {match.Groups["name"].Value}, expected {expected}");
            }
        }

        return finding;
    }

    private static Finding FileNames(Repository repository)
    {
        var finding = new Finding();
        foreach (string file in repository.Files.Where(file => IsCSharp(file) && !file.StartsWith("tests/", StringComparison.Ordinal)))
        {
            finding.Visit();
            string expected = Path.GetFileNameWithoutExtension(file);
            Match[] types = [.. TopLevelType().Matches(repository.Text(file)).Where(match => match.Groups["name"].Value != Exception(file)?.PartialType)];
            Match[] visible = [.. types.Where(match => match.Groups["modifiers"].Value.Contains("public", StringComparison.Ordinal))];
            string[] names = [.. (visible.Length > 0 ? visible : types.Take(1)).Select(match => match.Groups["name"].Value)];
            if (Exception(file) is { } exception && types.Length < TopLevelType().Count(repository.Text(file)))
            {
                finding.Require(visible.Length == 0, $"{file}: holds a part of {exception.PartialType}, so {string.Join(", ", names)} needs a file of its own");
                continue;
            }

            if (IsGenerated(repository, file) && names is [var part] && expected.StartsWith(part + ".", StringComparison.Ordinal))
            {
                continue; // Kernels.Wide.g.cs: a generated part of Kernels
            }

            // A model family (Qwen2.cs: Qwen2Config, Qwen2Attention, …) is one concept made of several types.
            bool family = (names.Length > 1 || file.Contains("/Families/", StringComparison.Ordinal)) && names.All(name => name.StartsWith(expected, StringComparison.Ordinal));
            finding.Require(
                names.Length == 0 || family || (names.Length == 1 && names[0] == expected),
                $"{file}: holds {string.Join(", ", names)}; one public type a file, and the file is named after it");
        }

        return finding;
    }

    private static Finding ConsoleUse(Repository repository)
    {
        var finding = new Finding();
        foreach (string file in repository.Files.Where(file => IsCSharp(file) && file.StartsWith("src/", StringComparison.Ordinal) && !file.StartsWith("src/Hone.Cli/", StringComparison.Ordinal)))
        {
            finding.Visit();
            Find(repository, file, ConsoleMember(), match => $"{match.Value} belongs in Hone.Cli; a library reports by events, results and exceptions", finding);
        }

        return finding;
    }

    private static Finding Unfinished(Repository repository)
    {
        var finding = new Finding();
        foreach (string file in repository.SourceFiles())
        {
            finding.Visit();
            Find(repository, file, UnfinishedMark(), match => $"'{match.Value.Trim()}': finish it, or name its issue as #N", finding);
        }

        return finding;
    }

    private static Finding MachineNames(Repository repository)
    {
        var finding = new Finding();
        foreach (string file in repository.TextFiles())
        {
            finding.Visit();
            Find(repository, file, MachinePath(), match => $"'{match.Value}' is a path of one machine", finding);
            Find(repository, file, RegistryHost(), match => $"'{match.Value}' is a package registry's host; how packages are fetched is the machine's own setting", finding);
            foreach (Match match in Url().Matches(repository.Text(file)))
            {
                string host = match.Groups["host"].Value;
                finding.Require(
                    s_hosts.Contains(host) || host.EndsWith(".example", StringComparison.Ordinal),
                    $"{file}:{LineOf(repository.Text(file), match.Index)}: the host '{host}' is not among those that SourceRules.cs allows; add it there if readers need it");
            }
        }

        return finding;
    }

    private static Finding Sizes(Repository repository)
    {
        var finding = new Finding();
        foreach (string file in repository.Files)
        {
            finding.Visit();
            long size = new FileInfo(repository.PathOf(file)).Length;
            long most = file.StartsWith("models/", StringComparison.Ordinal) && file.EndsWith(".safetensors", StringComparison.Ordinal) ? MaxWeightBytes : MaxFileBytes;
            finding.Require(size <= most, $"{file}: {size:N0} bytes; the repository holds no such file over {most:N0}, and nothing of third parties");
        }

        return finding;
    }

    private static void Find(Repository repository, string file, Regex pattern, Func<Match, string> message, Finding finding)
    {
        string text = repository.Text(file);
        foreach (Match match in pattern.Matches(text))
        {
            finding.Violate($"{file}:{LineOf(text, match.Index)}: {message(match)}");
        }
    }

    private static bool IsGenerated(Repository repository, string file) => repository.Text(file).StartsWith("// <auto-generated", StringComparison.Ordinal);

    private static int LineOf(string text, int index) => text.AsSpan(0, index).Count('\n') + 1;

    private static bool IsCSharp(string file) => file.EndsWith(".cs", StringComparison.Ordinal);

    private static string FolderOf(string file) => file[..file.LastIndexOf('/')];

    private static (string Folder, string Namespace, string PartialType, string Reason)? Exception(string file)
    {
        foreach (var exception in s_folderExceptions)
        {
            if (FolderOf(file) == exception.Folder)
            {
                return exception;
            }
        }

        return null;
    }

    [GeneratedRegex(@"^(commons?|utils?|utilit(y|ies)|helpers?|misc|.+(Helper|Util|Utilitie|Manager)s?)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"^namespace\s+(?<name>[\w.]+)\s*(?<end>[;{]|$)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^(?<modifiers>((public|internal|file|sealed|abstract|static|partial|readonly|ref|unsafe)\s+)*)(record\s+struct|record\s+class|class|struct|record|interface|enum|delegate\s+[\w<>\[\]?.]+)\s+(?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"(?<![.\w""])Console\.\w+|\bSystem\.Console\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ConsoleMember();

    [GeneratedRegex(@"^.*(\bT[O]DO\b|\bFIX[M]E\b|\bNot[I]mplementedException\b)(?!.*#\d).*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UnfinishedMark();

    [GeneratedRegex(@"(?<![\w.}])/(home|Users|root|work|mnt)/\w+|\b[A-Z]:\\+(Users|Windows)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\b(nuget|pypi|pythonhosted|npmjs|yarnpkg|crates|golang|debian)\.(org|com|io)\b", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex RegistryHost();

    [GeneratedRegex(@"\bhttps?://(?<host>[\w.-]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Url();
}
