using Hone.Core.Recipes;

namespace Hone.Core.Stages;

/// <summary>Decides where the stages of a run are executed, and is at the same time the record of its options.</summary>
[Polymorphic(ExecutorAttribute.ExecutorKind)]
public abstract record Executor
{
    /// <summary>Runs the stages of a plan in order.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public abstract void Execute(RunSession session, CancellationToken cancellationToken);
}
