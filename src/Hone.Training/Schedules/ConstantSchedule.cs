namespace Hone.Training.Schedules;

/// <summary>The full learning rate in every step.</summary>
/// <remarks><c>f(s) = 1</c>.</remarks>
[Schedule("constant")]
public sealed record ConstantSchedule : Schedule
{
    /// <inheritdoc/>
    protected override Func<long, double> BuildFactor(double learningRate, long totalSteps) => static _ => 1;
}
