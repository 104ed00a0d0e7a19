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

    /// <summary>Says before a run how much work is ahead; it may read the inputs and try a little of the work, and leaves nothing behind.</summary>
    /// <param name="context">Inputs that are there already, randomness and a folder that is deleted again.</param>
    /// <returns><see langword="null"/> for a stage that makes no estimates.</returns>
    /// <exception cref="InputNotMadeException">An earlier stage has yet to make an input.</exception>
    /// <exception cref="OperationCanceledException">The user stopped the program.</exception>
    public virtual StageEstimate? Estimate(PlanContext context) => null;
}
