namespace Hone.Training.Checkpointing;

/// <summary>A complete saved state.</summary>
/// <param name="Progress">Where the run was.</param>
/// <param name="TensorsPath">File with the parameters and the optimizer's state.</param>
internal sealed record SavedState(TrainingProgress Progress, string TensorsPath);
