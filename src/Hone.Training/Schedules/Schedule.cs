using Hone.Core.Recipes;

namespace Hone.Training.Schedules;

/// <summary>How the learning rate changes over a run, and at the same time the record of its options.</summary>
/// <remarks>A new schedule is one file: a sealed record with <see cref="ScheduleAttribute"/> and its options as <c>init</c> properties.</remarks>
[Polymorphic(ScheduleAttribute.ScheduleKind)]
public abstract record Schedule
{
    /// <summary>Fits the schedule to a run.</summary>
    /// <param name="learningRate">The optimizer's learning rate, greater than 0: schedules that end at an absolute rate need it.</param>
    /// <param name="totalSteps">Optimizer steps of the run, greater than 0.</param>
    /// <returns>
    /// A pure function from the number of a step, from 0, to the factor that the learning rate of every parameter group is multiplied with in that step.
    /// It also answers for steps beyond the run.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is not greater than 0.</exception>
    /// <exception cref="TrainingException">The options do not fit the run.</exception>
    public Func<long, double> Build(double learningRate, long totalSteps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(learningRate);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(totalSteps);
        return BuildFactor(learningRate, totalSteps);
    }

    /// <summary>Fits the schedule to a run; both numbers are greater than 0.</summary>
    /// <inheritdoc cref="Build"/>
    protected abstract Func<long, double> BuildFactor(double learningRate, long totalSteps);
}
