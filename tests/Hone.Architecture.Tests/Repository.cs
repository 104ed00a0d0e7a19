using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Xml.Linq;
using Hone.Core.Tests;

namespace Hone.Architecture.Tests;

/// <summary>A source tree as the gates see it: the files that belong to it, and the projects among them.</summary>
internal sealed class Repository
{
    private static readonly string[] s_generatedFolders = [".git", "artifacts", "runs", "bin", "obj", ".vs", ".idea"];
    private readonly ConcurrentDictionary<string, string> _texts = new(StringComparer.Ordinal);

    private Repository(string root, IReadOnlyList<string> files)
    {
        Root = root;
        Files = files;
        Projects = [.. files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)).Select(file => new Project(file, XDocument.Parse(Text(file))))];
    }

    /// <summary>The repository that this test was built from.</summary>
    public static Repository Current { get; } = Open(RepositoryFolder.Root);

    /// <summary>Absolute path without a trailing separator.</summary>
    public string Root { get; }

    /// <summary>Every file that is committed or could be, relative to <see cref="Root"/> with '/', sorted.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Every C# project.</summary>
    public IReadOnlyList<Project> Projects { get; }

    /// <summary>Opens the tree below a folder: the files git knows, or, where it is not a git repository, all but build results.</summary>
    public static Repository Open(string root) => new(root, [.. (GitFiles(root) ?? Walk(root)).Where(file => File.Exists(Path.Combine(root, file))).Order(StringComparer.Ordinal)]);

    /// <summary>The absolute path of a file or folder of the tree.</summary>
    public string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>The text of a file; read once.</summary>
    public string Text(string relative) => _texts.GetOrAdd(relative, file => File.ReadAllText(PathOf(file)).ReplaceLineEndings("\n"));

    /// <summary>The lines of a file, the empty one after the last line end left out.</summary>
    public string[] Lines(string relative)
    {
        string text = Text(relative);
        return text.Length == 0 ? [] : (text.EndsWith('\n') ? text[..^1] : text).Split('\n');
    }

    /// <summary>Whether a committed file or a folder that holds one has this path.</summary>
    public bool Contains(string relative)
    {
        string path = relative.TrimEnd('/');
        return Files.Any(file => file == path || file.StartsWith(path + "/", StringComparison.Ordinal));
    }

    /// <summary>Files that people write and review as code: by ending, or a script by its first line.</summary>
    public IEnumerable<string> SourceFiles() => Files.Where(IsSource);

    /// <summary>Files without zero bytes in their beginning.</summary>
    public IEnumerable<string> TextFiles() => Files.Where(file => !IsBinary(file));

    private bool IsSource(string file) => Path.GetExtension(file) switch
    {
        ".cs" or ".cu" or ".c" or ".h" or ".cpp" or ".py" or ".sh" or ".cmd" or ".ps1" or ".js" or ".ts" or ".css" => true,
        "" => !IsBinary(file) && Text(file).StartsWith("#!", StringComparison.Ordinal),
        _ => false,
    };

    private bool IsBinary(string file)
    {
        Span<byte> start = stackalloc byte[4096];
        using FileStream stream = File.OpenRead(PathOf(file));
        return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)].Contains((byte)0);
    }

    private static IEnumerable<string>? GitFiles(string root)
    {
        if (!Path.Exists(Path.Combine(root, ".git")))
        {
            return null;
        }

        var start = new ProcessStartInfo("git", ["-C", root, "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using Process? git = Start(start);
        if (git is null)
        {
            return null;
        }

        string listed = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.True(git.ExitCode == 0, $"git ls-files failed in {root} with exit code {git.ExitCode}");
        return listed.Split('\0', StringSplitOptions.RemoveEmptyEntries).Distinct();
    }

    private static Process? Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null; // a machine with a copy of the repository but without git: what lies there is what is looked at
        }
    }

    private static IEnumerable<string> Walk(string root) => Directory
        .EnumerateFiles(root, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
        .Where(file => !file.Split('/').Any(s_generatedFolders.Contains));
}
