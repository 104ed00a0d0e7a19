namespace Hone.Training.Benchmarking;

/// <summary>How fast a model trains.</summary>
/// <param name="TokensPerSecond">Median over the steps.</param>
/// <param name="Lowest">Slowest step.</param>
/// <param name="Highest">Fastest step.</param>
/// <param name="PeakTensorBytes">Most memory that tensors took at one time, packed weights not counted.</param>
/// <param name="Loss">Loss of the last step, as a check that something was trained.</param>
public sealed record StepFigure(double TokensPerSecond, double Lowest, double Highest, long PeakTensorBytes, double Loss);
