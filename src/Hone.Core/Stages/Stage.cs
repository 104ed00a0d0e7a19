using Hone.Core.Recipes;

namespace Hone.Core.Stages;

/// <summary>One step of a run, and at the same time the record of its options: reads artifacts, writes artifacts.</summary>
/// <remarks>A new stage is one file: a sealed record with <see cref="StageAttribute"/>, its options as <c>init</c> properties, and <see cref="Run"/>.</remarks>
[Polymorphic(StageAttribute.StageKind)]
public abstract record Stage
{
    /// <summary>Names of the files it makes, relative to its folder; later stages ask for them with <c>artifact</c>.</summary>
    public abstract IReadOnlyList<string> Outputs { get; }

    /// <summary>Does the work.</summary>
    /// <param name="context">Inputs, outputs, randomness, progress and cancellation.</param>
    /// <returns>Figures about the work for the manifest, such as rows read and written.</returns>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public abstract IReadOnlyDictionary<string, double> Run(RunContext context);
}
