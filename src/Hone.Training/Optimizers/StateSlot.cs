using Hone.Tensors;

namespace Hone.Training.Optimizers;

/// <summary>One tensor that an optimizer keeps for a parameter.</summary>
/// <param name="Name">Last part of its name in saved state: <c>exp_avg</c>.</param>
/// <param name="Shape">Its shape; the type is the parameter's.</param>
internal readonly record struct StateSlot(string Name, Shape Shape);
