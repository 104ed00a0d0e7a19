namespace Hone.Architecture.Tests;

/// <summary>Each rule against a small repository that keeps every rule, and against the same with one file broken.</summary>
public sealed class RuleSelfTests
{
    private const string Core = "src/Hone.Core/Hone.Core.csproj";
    private const string CoreTests = "tests/Hone.Core.Tests/Hone.Core.Tests.csproj";
    private const string Sound = "src/Hone.Core/Errors/Sound.cs";

    private static readonly Dictionary<string, string> s_soundFiles = new(StringComparer.Ordinal)
    {
        ["Hone.slnx"] = $"""<Solution><Project Path="{Core}" /><Project Path="{CoreTests}" /></Solution>""",
        ["Directory.Build.props"] = """
            <Project><ItemGroup>
              <PackageReference Include="Microsoft.CodeAnalysis.BannedApiAnalyzers" /><AdditionalFiles Include="BannedSymbols.txt" />
            </ItemGroup></Project>
            """,
        ["Directory.Packages.props"] = """
            <Project><ItemGroup>
              <PackageVersion Include="Microsoft.CodeAnalysis.BannedApiAnalyzers" Version="5.6.0" />
              <PackageVersion Include="Spectre.Console" Version="0.49.1" />
              <PackageVersion Include="YamlDotNet" Version="16.3.0" />
            </ItemGroup></Project>
            """,
        [Core] = """<Project><ItemGroup><PackageReference Include="YamlDotNet" /></ItemGroup></Project>""",
        ["src/Hone.Core/packages.lock.json"] = "{}",
        [Sound] = "namespace Hone.Core.Errors;\n\npublic sealed class Sound;\n",
        [CoreTests] = $"""<Project><ItemGroup><ProjectReference Include="../../{Core}" /></ItemGroup></Project>""",
        ["tests/Hone.Core.Tests/packages.lock.json"] = "{}",
        ["README.md"] = "# Hone\n\n## Where is…\n\n| what | where |\n|---|---|\n| a sound file | `" + Sound + "` |\n\n[changes](CHANGELOG.md)\n",
        ["CHANGELOG.md"] = "# Changelog\n\n## Unreleased\n\n- A first thing works.\n",
        ["docs/decisions/0001-a-choice.md"] = "# A choice\n\n## Context\n\nWhy.\n\n## Decision\n\nWhat.\n\n## Consequences\n\nThen.\n",
    };

    /// <summary>Rule (by the beginning of its name), file, the text that breaks it, and a part of the message.</summary>
    public static TheoryData<string, string, string, string> Breaches() => new()
    {
        { "Projects use only", Core, """<Project><ItemGroup><ProjectReference Include="../Hone.Tensors/Hone.Tensors.csproj" /></ItemGroup></Project>""", "Hone.Core must not use Hone.Tensors" },
        { "Projects use only", "src/Hone.Training/Hone.Training.csproj", """<Project><ItemGroup><ProjectReference Include="../Hone.Inference/Hone.Inference.csproj" /></ItemGroup></Project>""", "must not use Hone.Inference" },
        { "Projects use only", CoreTests, """<Project><ItemGroup><ProjectReference Include="../../src/Hone.Tensors/Hone.Tensors.csproj" /></ItemGroup></Project>""", "must not use Hone.Tensors" },
        { "Projects use only", "src/Hone.Extra/Hone.Extra.csproj", "<Project />", "not a project of the architecture" },
        { "Internals are visible", Core, """<Project><ItemGroup><InternalsVisibleTo Include="Hone.Tensors" /></ItemGroup></Project>""", "visible to Hone.Tensors" },
        { "Packages for the console", Core, """<Project><ItemGroup><PackageReference Include="Spectre.Console" /></ItemGroup></Project>""", "belongs to Hone.Cli alone" },
        { "Every package version", Core, """<Project><ItemGroup><PackageReference Include="Unknown.Package" /></ItemGroup></Project>""", "has no version" },
        { "Every package version", Core, """<Project><ItemGroup><PackageReference Include="YamlDotNet" Version="16.3.0" /></ItemGroup></Project>""", "a version of its own" },
        { "Every package version", "Directory.Packages.props", """<Project><ItemGroup><PackageVersion Include="YamlDotNet" Version="16.*" /></ItemGroup></Project>""", "one exact version" },
        { "Every project has its lock", "src/Hone.Tensors/Hone.Tensors.csproj", "<Project />", "packages.lock.json is missing" },
        { "Project files are short", Core, "<Project>" + new string('\n', 20) + "</Project>", "at most 19" },
        { "The solution lists", "src/Hone.Tensors/Hone.Tensors.csproj", "<Project />", "src/Hone.Tensors/Hone.Tensors.csproj is missing" },
        { "Banned symbols", Core, "<Project><PropertyGroup><RunAnalyzers>false</RunAnalyzers></PropertyGroup></Project>", "<RunAnalyzers>" },
        { "Banned symbols", Core, """<Project><ItemGroup><AdditionalFiles Remove="@(AdditionalFiles)" /></ItemGroup></Project>""", "<AdditionalFiles>" },
        { "Banned symbols", "src/Directory.Build.props", "<Project />", "a second file of this name" },
        { "Banned symbols", "Directory.Build.props", "<Project />", "BannedSymbols.txt is not among" },
        { "No source file is longer", "build/long.py", string.Concat(Enumerable.Repeat("x = 1\n", 801)), "801 lines" },
        { "No file, folder or namespace", "src/Hone.Core/Common/Thing.cs", "namespace Hone.Core.Common;\n\npublic sealed class Thing;\n", "'Common'" },
        { "No file, folder or namespace", "src/Hone.Core/Errors/PathHelper.cs", "namespace Hone.Core.Errors;\n\npublic sealed class PathHelper;\n", "'PathHelper'" },
        { "No file, folder or namespace", "docs/utils.md", "# Things\n", "'utils'" },
        { "Namespaces equal folders", Sound, "namespace Hone.Core;\n\npublic sealed class Sound;\n", "expected Hone.Core.Errors" },
        { "Namespaces equal folders", Sound, "namespace Hone.Core.Errors\n{\n    public sealed class Sound;\n}\n", "file-scoped" },
        { "Namespaces equal folders", Sound, "public sealed class Sound;\n", "outside a namespace" },
        { "Namespaces equal folders", "src/Hone.Core/Ops/Add.cs", "namespace Hone.Core;\n\npublic static partial class Ops;\n", "expected Hone.Core.Ops" },
        { "A file is named after", Sound, "namespace Hone.Core.Errors;\n\npublic sealed class Other;\n", "holds Other" },
        { "A file is named after", Sound, "namespace Hone.Core.Errors;\n\npublic sealed class Sound;\n\npublic enum Kind { A }\n", "holds Sound, Kind" },
        { "The product writes", Sound, "namespace Hone.Core.Errors;\n\npublic sealed class Sound\n{\n    public static void Say() => Console.WriteLine(1);\n}\n", "Sound.cs:5" },
        { "Nothing is left unfinished", Sound, "// TO" + "DO: more\nnamespace Hone.Core.Errors;\n\npublic sealed class Sound;\n", "Sound.cs:1" },
        { "No file names a machine", "docs/a.md", "see /ho" + "me/somebody/notes\n", "a path of one machine" },
        { "No file names a machine", "docs/a.md", "from api.nug" + "et.org\n", "package registry" },
        { "No file names a machine", "docs/a.md", "see https" + "://somewhere.invalid/page\n", "somewhere.invalid" },
        { "No file is larger", "docs/a.md", new string('a', (1 << 20) + 1), "1,048,577 bytes" },
        { "No file is larger", "models/a/model.safetensors", new string('a', (8 << 20) + 1), "8,388,609 bytes" },
        { "Each path in the README", "README.md", "# Hone\n\n## Where is…\n\n| what | where |\n|---|---|\n| it | `src/Hone.Core/Missing.cs` |\n", "src/Hone.Core/Missing.cs" },
        { "Each relative link", "docs/a.md", "[there](missing.md)\n", "missing.md" },
        { "The changelog has entries", "CHANGELOG.md", "# Changelog\n\n## 0.1.0\n\n- A first thing works.\n", "no section" },
        { "Decision pages", "docs/decisions/0003-later.md", "# Later\n\n## Context\n\nWhy.\n\n## Decision\n\nWhat.\n\n## Consequences\n\nThen.\n", "expected number 0002" },
        { "Decision pages", "docs/decisions/0002-short.md", "# Short\n\n## Context\n\nWhy.\n\n## Decision\n\n## Consequences\n\nThen.\n", "'## Decision'" },
    };

    [Fact]
    public void SoundRepository_EveryRule_Holds()
    {
        using var tree = new TemporaryTree(s_soundFiles);

        foreach (Rule rule in Rule.All)
        {
            Finding finding = rule.Check(Repository.Open(tree.Root));
            Assert.True(finding.Violations.Count == 0, $"{rule.Name}: {string.Join('\n', finding.Violations)}");
            Assert.True(finding.Visited > 0, $"{rule.Name}: visited nothing");
        }
    }

    [Theory]
    [MemberData(nameof(Breaches))]
    public void BrokenRepository_Rule_ReportsTheFile(string rule, string file, string text, string message)
    {
        using var tree = new TemporaryTree(s_soundFiles);
        tree.Write(file, text);

        Finding finding = Rule.All.Single(candidate => candidate.Name.StartsWith(rule, StringComparison.Ordinal)).Check(Repository.Open(tree.Root));

        Assert.Contains(finding.Violations, violation => violation.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void Rules_Each_HaveABreachAbove()
    {
        string[] broken = [.. Breaches().Select(row => row.Data.Item1)];

        Assert.All(Rule.All, rule => Assert.Contains(broken, beginning => rule.Name.StartsWith(beginning, StringComparison.Ordinal)));
    }

    [Fact]
    public void Namespaces_OpsFolderOfTensors_MayShareTheClassOps()
    {
        using var tree = new TemporaryTree(s_soundFiles);
        tree.Write("src/Hone.Tensors/Hone.Tensors.csproj", "<Project />");
        tree.Write("src/Hone.Tensors/Ops/Add.cs", "namespace Hone.Tensors;\n\npublic static partial class Ops;\n");

        Repository repository = Repository.Open(tree.Root);

        Assert.Empty(Rule.All.Single(rule => rule.Name.StartsWith("Namespaces", StringComparison.Ordinal)).Check(repository).Violations);
        Assert.Empty(Rule.All.Single(rule => rule.Name.StartsWith("A file is named", StringComparison.Ordinal)).Check(repository).Violations);
    }

    [Fact]
    public void Report_NothingVisited_Fails()
    {
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Gate.Report(new SilentOutput(), "files", new Finding()));
    }

    private sealed class TemporaryTree : IDisposable
    {
        public TemporaryTree(IEnumerable<KeyValuePair<string, string>> files)
        {
            foreach ((string file, string text) in files)
            {
                Write(file, text);
            }
        }

        public string Root { get; } = Directory.CreateTempSubdirectory("hone-rules-").FullName;

        public void Write(string file, string text)
        {
            string path = Path.Combine(Root, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!); // the file lies below the root
            File.WriteAllText(path, text);
        }

        public void Dispose() => Directory.Delete(Root, recursive: true);
    }

    private sealed class SilentOutput : ITestOutputHelper
    {
        public string Output => "";

        public void Write(string message)
        {
        }

        public void Write(string format, params object[] args)
        {
        }

        public void WriteLine(string message)
        {
        }

        public void WriteLine(string format, params object[] args)
        {
        }
    }
}
