using System.Xml.Linq;

namespace Hone.Architecture.Tests;

/// <summary>Rules over project files.</summary>
internal static class ProjectRules
{
    private const int MaxLines = 19;
    private const string LibraryPrefix = "Hone.";
    private const string PropsFile = "Directory.Build.props";
    private const string VersionsFile = "Directory.Packages.props";

    /// <summary>Which project may use which; what those may use is included.</summary>
    private static readonly Dictionary<string, string[]> s_mayUse = new(StringComparer.Ordinal)
    {
        ["Core"] = [],
        ["Tensors"] = ["Core"],
        ["Tensors.Cuda"] = ["Tensors"],
        ["Processors"] = ["Tensors"],
        ["Data"] = ["Processors"],
        ["Models"] = ["Tensors"],
        ["Inference"] = ["Models", "Processors"],
        ["Training"] = ["Models", "Data"],
        ["Retrieval"] = ["Inference", "Data"],
        ["Curation"] = ["Retrieval"],
        ["Evaluation"] = ["Inference", "Data"],
        ["Pipelines"] = ["Training", "Curation", "Evaluation"],
        ["Serving"] = ["Inference", "Pipelines"],
        ["Cli"] = ["Serving", "Pipelines", "Tensors.Cuda"],
    };

    /// <summary>Test projects that look at the whole product and so may use all of it.</summary>
    private static readonly string[] s_wholeProductTests = ["Hone.Architecture.Tests", "Hone.Conformance.Tests", "Hone.Recipes.Tests"];

    private static readonly string[] s_consolePackages = ["Spectre.Console", "System.CommandLine"];

    /// <summary>The rules of this class.</summary>
    public static IReadOnlyList<Rule> All { get; } =
    [
        new("Projects use only what the dependency rule allows", "project references", DependencyRule),
        new("Internals are visible to the matching tests and the benchmarks alone", "projects", InternalsVisibility),
        new("Packages for the console are used by the command line alone", "package references", ConsolePackages),
        new("Every package version is pinned in " + VersionsFile, "package references", PinnedVersions),
        new("Every project has its lock file", "projects", LockFiles),
        new("Project files are short", "projects", ShortProjects),
        new("The solution lists every project", "projects", SolutionComplete),
        new("Banned symbols and analyzers reach every project", "projects", BannedSymbolsEverywhere),
    ];

    private static Finding DependencyRule(Repository repository)
    {
        var finding = new Finding();
        foreach (Project project in repository.Projects)
        {
            HashSet<string>? allowed = AllowedFor(project);
            finding.Require(allowed is not null, $"{project.File}: '{project.Name}' is not a project of the architecture; add it to the table in ProjectRules.cs with what it may use");
            foreach (string reference in project.References)
            {
                finding.Visit();
                finding.Require(
                    allowed is null || allowed.Contains(reference),
                    $"{project.File}: {project.Name} must not use {reference}; allowed: {string.Join(", ", allowed?.Order() ?? Enumerable.Empty<string>())}");
            }
        }

        return finding;
    }

    private static HashSet<string>? AllowedFor(Project project)
    {
        if (project.IsProduct)
        {
            return s_mayUse.ContainsKey(Short(project.Name)) ? Below(Short(project.Name)) : null;
        }

        if (s_wholeProductTests.Contains(project.Name) || !project.File.StartsWith("tests/", StringComparison.Ordinal))
        {
            return [.. s_mayUse.Keys.Select(name => LibraryPrefix + name)]; // benchmarks and samples use the whole product
        }

        string tested = Short(project.Name[..^".Tests".Length]);
        return s_mayUse.ContainsKey(tested) ? [LibraryPrefix + tested, .. Below(tested)] : null;
    }

    private static HashSet<string> Below(string name) =>
        [.. s_mayUse[name].SelectMany(used => Below(used).Append(LibraryPrefix + used))];

    private static string Short(string name) => name.StartsWith(LibraryPrefix, StringComparison.Ordinal) ? name[LibraryPrefix.Length..] : name;

    private static Finding InternalsVisibility(Repository repository)
    {
        var finding = new Finding();
        foreach (Project project in repository.Projects)
        {
            finding.Visit();
            foreach (string friend in project.Includes("InternalsVisibleTo"))
            {
                finding.Require(
                    friend == project.Name + ".Tests" || friend == "Hone.Benchmarks",
                    $"{project.File}: internals are visible to {friend}; only {project.Name}.Tests and Hone.Benchmarks may see them");
            }
        }

        return finding;
    }

    private static Finding ConsolePackages(Repository repository)
    {
        var finding = new Finding();
        foreach (Project project in repository.Projects)
        {
            foreach (string package in project.Includes("PackageReference"))
            {
                finding.Visit();
                finding.Require(project.Name == "Hone.Cli" || !s_consolePackages.Contains(package), $"{project.File}: {package} belongs to Hone.Cli alone");
            }
        }

        return finding;
    }

    private static Finding PinnedVersions(Repository repository)
    {
        var finding = new Finding();
        XElement[] pins = [.. XDocument.Parse(repository.Text(VersionsFile)).Descendants("PackageVersion")];
        HashSet<string> pinned = [.. pins.Select(pin => pin.Attribute("Include")?.Value ?? "")];
        foreach (XElement pin in pins)
        {
            string version = pin.Attribute("Version")?.Value ?? "";
            finding.Require(
                version.Length > 0 && version.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-'),
                $"{VersionsFile}: {pin.Attribute("Include")?.Value} has version '{version}'; write one exact version, no range and no '*'");
        }

        foreach (string file in repository.Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal) || file == PropsFile))
        {
            foreach (XElement reference in XDocument.Parse(repository.Text(file)).Descendants("PackageReference"))
            {
                finding.Visit();
                string package = reference.Attribute("Include")?.Value ?? "";
                finding.Require(pinned.Contains(package), $"{file}: {package} has no version in {VersionsFile}");
                finding.Require(
                    reference.Attribute("Version") is null && reference.Attribute("VersionOverride") is null && !reference.HasElements,
                    $"{file}: {package} states a version of its own; it belongs in {VersionsFile}");
            }
        }

        return finding;
    }

    private static Finding LockFiles(Repository repository)
    {
        var finding = new Finding();
        foreach (Project project in repository.Projects)
        {
            finding.Visit();
            finding.Require(repository.Contains(project.Folder + "/packages.lock.json"), $"{project.Folder}: packages.lock.json is missing; `dotnet restore` writes it");
        }

        return finding;
    }

    private static Finding ShortProjects(Repository repository)
    {
        var finding = new Finding();
        foreach (Project project in repository.Projects)
        {
            finding.Visit();
            int lines = repository.Lines(project.File).Length;
            finding.Require(lines <= MaxLines, $"{project.File}: {lines} lines, at most {MaxLines}; what concerns every project belongs in {PropsFile}");
        }

        return finding;
    }

    private static Finding SolutionComplete(Repository repository)
    {
        var finding = new Finding();
        HashSet<string> listed = [.. XDocument.Parse(repository.Text("Hone.slnx")).Descendants("Project").Select(project => project.Attribute("Path")?.Value ?? "")];
        foreach (Project project in repository.Projects)
        {
            finding.Visit();
            finding.Require(listed.Contains(project.File), $"Hone.slnx: {project.File} is missing; `dotnet sln add {project.File}` adds it");
        }

        return finding;
    }

    private static Finding BannedSymbolsEverywhere(Repository repository)
    {
        var finding = new Finding();
        XDocument props = XDocument.Parse(repository.Text(PropsFile));
        finding.Require(
            props.Descendants("AdditionalFiles").Any(file => (file.Attribute("Include")?.Value ?? "").EndsWith("BannedSymbols.txt", StringComparison.Ordinal)),
            $"{PropsFile}: BannedSymbols.txt is not among AdditionalFiles");
        finding.Require(
            props.Descendants("PackageReference").Any(package => package.Attribute("Include")?.Value == "Microsoft.CodeAnalysis.BannedApiAnalyzers"),
            $"{PropsFile}: Microsoft.CodeAnalysis.BannedApiAnalyzers is not referenced");
        foreach (string file in repository.Files.Where(file => Path.GetFileName(file) is PropsFile or "Directory.Build.targets" && file != PropsFile))
        {
            finding.Violate($"{file}: a second file of this name hides {PropsFile} of the root");
        }

        string[] switches = ["ImportDirectoryBuildProps", "RunAnalyzers", "RunAnalyzersDuringBuild", "TreatWarningsAsErrors", "Nullable", "ManagePackageVersionsCentrally"];
        foreach (Project project in repository.Projects)
        {
            finding.Visit();
            foreach (XElement element in project.Xml.Descendants().Where(element => switches.Contains(element.Name.LocalName) || element.Attribute("Remove") is not null))
            {
                finding.Violate($"{project.File}: <{element.Name.LocalName}> switches off for one project what {PropsFile} sets for all");
            }
        }

        return finding;
    }
}
