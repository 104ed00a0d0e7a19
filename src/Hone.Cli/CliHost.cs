using System.Reflection;
using Hone.Core.Recipes;
using Hone.Core.Registry;
using Hone.Core.Runs;

namespace Hone.Cli;

/// <summary>Everything the command line takes from its surroundings, so that tests can stand in for a terminal, a clock and a disk.</summary>
internal sealed class CliHost
{
    private readonly Lazy<PartRegistry> _registry;

    public CliHost()
    {
        _registry = new(() => new PartRegistry(Assemblies!)); // required, so set before anyone can ask
    }

    /// <summary>Receives results.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Gives what is typed or piped in.</summary>
    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>Whether <see cref="In"/> is a terminal with somebody at it.</summary>
    public bool IsInputTerminal { get; init; }

    /// <summary>Receives everything that is not a result.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal that a live table can be drawn on.</summary>
    public required bool IsErrorTerminal { get; init; }

    /// <summary>Whether <see cref="Out"/> is a terminal that shows colours.</summary>
    public bool IsOutTerminal { get; init; }

    /// <summary>Looks an environment variable up.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The file operations of run folders.</summary>
    public required IFileSystem Files { get; init; }

    /// <summary>The libraries whose parts are offered.</summary>
    public required Func<IReadOnlyList<Assembly>> Assemblies { get; init; }

    /// <summary>Cancelled by Ctrl-C.</summary>
    public required CancellationToken Cancellation { get; init; }

    /// <summary>Names of the devices of this machine.</summary>
    public IReadOnlyList<string> Devices { get; init; } = ["cpu"];

    /// <summary>The program's own folder.</summary>
    public string ProgramFolder { get; init; } = AppContext.BaseDirectory;

    /// <summary>Folder that holds the runs, relative to the working folder.</summary>
    public string RunsRoot { get; init; } = "runs";

    /// <summary>Sets the number of threads that tensor operations use; called once, before a command does any work.</summary>
    public Action<int> SetThreads { get; init; } = ThreadSetting.Apply;

    /// <summary>The registered parts; scanned at the first look-up.</summary>
    public PartRegistry Registry => _registry.Value;

    /// <summary>Creates a reader of recipes.</summary>
    public RecipeReader CreateRecipeReader() => new(Registry, Environment);

    /// <summary>Creates a describer of parts over the documentation embedded in this program.</summary>
    public PartDescriber CreateDescriber() => new(Registry, new XmlDocumentation(OpenDocumentation));

    private static Stream? OpenDocumentation(Assembly assembly) =>
        typeof(CliHost).Assembly.GetManifestResourceStream($"docs/{assembly.GetName().Name}.xml") ?? XmlDocumentation.OpenBeside(assembly);
}
