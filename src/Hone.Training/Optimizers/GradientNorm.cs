namespace Hone.Training.Optimizers;

/// <summary>How long the gradient of all parameters together is, and what clipping makes of it.</summary>
/// <param name="Norm">The norm before clipping; finite.</param>
/// <param name="Factor">What every gradient is multiplied with, at most 1; give it to <see cref="Optimizer.Step"/>.</param>
public readonly record struct GradientNorm(double Norm, double Factor);
