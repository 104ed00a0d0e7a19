using Hone.Core.Random;
using Hone.Core.Recipes;
using Hone.Core.Registry;
using Hone.Core.Runs;

namespace Hone.Core.Stages;

/// <summary>What a stage may use to prepare its work: in a run, or before one, when it only says what it would do.</summary>
public abstract class StageContext
{
    private protected StageContext(CancellationToken cancellationToken)
    {
        CancellationToken = cancellationToken;
    }

    /// <summary>The stage's name in the recipe.</summary>
    public abstract string StageName { get; }

    /// <summary>The whole recipe.</summary>
    public abstract Recipe Recipe { get; }

    /// <summary>The stage's own folder; before a run an empty one that is deleted again.</summary>
    public abstract string Folder { get; }

    /// <summary>The clock.</summary>
    public abstract TimeProvider Time { get; }

    /// <summary>The file operations of the run.</summary>
    public abstract IFileSystem Files { get; }

    /// <summary>Where the parts that recipes name are looked up.</summary>
    public abstract PartRegistry Registry { get; }

    /// <summary>Cancelled when the user stops the program; loops ask it.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Creates the random stream of a purpose; the same seed, stage name and purpose give the same numbers.</summary>
    public RandomStream CreateRandom(string purpose) => new(Recipe.Seed, $"{StageName}/{purpose}");

    /// <summary>Finds the file of an input.</summary>
    /// <returns>The path to open.</returns>
    /// <exception cref="RunFolderException">The file does not exist or cannot be read, or the stage that makes it has not run.</exception>
    public abstract string OpenInput(FileSource source);
}
