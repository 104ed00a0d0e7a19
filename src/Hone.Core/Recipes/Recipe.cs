using Hone.Core.Stages;

namespace Hone.Core.Recipes;

/// <summary>A recipe: the ordered stages of a run with every option, complete and checked.</summary>
public sealed record Recipe : ICheckedOptions
{
    /// <summary>Names the run; part of its folder's name.</summary>
    [FileName]
    public required string Name { get; init; }

    /// <summary>Seed of every random stream of the run.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>Where tensors live: <c>auto</c>, <c>cpu</c> or <c>cuda:N</c>.</summary>
    public DeviceSelection Device { get; init; } = DeviceSelection.Auto;

    /// <summary>The model that stages use unless they name another.</summary>
    public ModelReference? Model { get; init; }

    /// <summary>The stages by name, in the order they run.</summary>
    [Count(1)]
    [FileName]
    public required IReadOnlyDictionary<string, Stage> Stages { get; init; }

    /// <summary>How the stages are executed.</summary>
    public Executor Launch { get; init; } = new LocalExecutor();

    /// <inheritdoc/>
    public void Check(OptionChecks checks)
    {
        // Each stage has a folder of its name, and Windows and macOS do not tell case apart.
        foreach (IGrouping<string, string> clash in Stages.Keys.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(names => names.Count() > 1))
        {
            checks.Report(nameof(Stages), $"the stage names {string.Join(" and ", clash.Select(name => $"'{name}'"))} differ in case alone", "rename one of them");
        }
    }
}
