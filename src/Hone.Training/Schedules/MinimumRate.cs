using Hone.Core.Recipes;

namespace Hone.Training.Schedules;

/// <summary>The lower end of a cosine, given as a learning rate or as a share of the optimizer's.</summary>
internal static class MinimumRate
{
    /// <summary>Reports both forms at once, and none.</summary>
    public static void Check(OptionChecks checks, double? minLr, double? minLrRate)
    {
        if (minLr is null == minLrRate is null)
        {
            bool both = minLr is not null;
            checks.Report(
                both ? nameof(CosineWithMinLrSchedule.MinLrRate) : nameof(CosineWithMinLrSchedule.MinLr),
                both ? "both 'min_lr' and 'min_lr_rate' are given" : "the rate at the end of the schedule is missing",
                "give either min_lr: 1e-6 or min_lr_rate: 0.1");
        }
    }

    /// <summary>The share of the optimizer's learning rate.</summary>
    /// <exception cref="TrainingException">It is above the optimizer's learning rate.</exception>
    public static double ShareOf(double learningRate, double? minLr, double? minLrRate)
    {
        double share = minLrRate ?? ((minLr ?? 0) / learningRate);
        return share <= 1 ? share : throw new TrainingException(
            "The lowest learning rate of a schedule lies above the optimizer's.",
            "schedule.min_lr",
            $"min_lr {minLr:R}, learning_rate {learningRate:R}",
            "Write a smaller min_lr.");
    }
}
