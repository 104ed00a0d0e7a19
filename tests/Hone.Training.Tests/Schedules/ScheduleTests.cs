using Hone.Training.Schedules;

namespace Hone.Training.Tests.Schedules;

public sealed class ScheduleTests
{
    // 10 steps, 2 of them warm-up; factors worked out by hand.
    public static TheoryData<string, Schedule, double[]> Curves => new()
    {
        { "constant", new ConstantSchedule(), [1, 1, 1] },
        { "constant_with_warmup", new ConstantWithWarmupSchedule { WarmupSteps = 2 }, [0, 0.5, 1, 1] },
        { "linear", new LinearSchedule { WarmupSteps = 2 }, [0, 0.5, 1, 7 / 8.0, 6 / 8.0, 5 / 8.0, 4 / 8.0, 3 / 8.0, 2 / 8.0, 1 / 8.0, 0, 0] },
        { "linear by ratio", new LinearSchedule { WarmupRatio = 0.15 }, [0, 0.5, 1, 7 / 8.0] }, // 1.5 steps, rounded up
        { "cosine", new CosineSchedule { WarmupSteps = 2 }, [0, 0.5, 1, (1 + Math.Cos(Math.PI / 8)) / 2, (1 + Math.Sqrt(0.5)) / 2, (1 + Math.Cos(3 * Math.PI / 8)) / 2, 0.5] },
        { "cosine_with_restarts", new CosineWithRestartsSchedule { WarmupSteps = 2, NumCycles = 2 }, [0, 0.5, 1, (1 + Math.Sqrt(0.5)) / 2, 0.5, (1 - Math.Sqrt(0.5)) / 2, 1] },
        { "polynomial", new PolynomialSchedule { WarmupSteps = 2, Power = 2, LrEnd = 0.25 }, [0, 0.5, 1, (0.25 * 49 / 64 / 0.5) + 0.5, (0.5 * 36 / 64) + 0.5] }, // of 0.5
        { "inverse_sqrt", new InverseSqrtSchedule { WarmupSteps = 2 }, [0, 0.5, 1, Math.Sqrt(2 / 3.0), Math.Sqrt(0.5)] },
        { "cosine_with_min_lr", new CosineWithMinLrSchedule { WarmupSteps = 2, MinLr = 0.1 }, [0, 0.5, 1, 0, 0, 0, 0.6] }, // 0.1 is 0.2 of 0.5: 0.2 + 0.8/2; zeros are not compared
        { "cosine_warmup_with_min_lr", new CosineWarmupWithMinLrSchedule { WarmupSteps = 2, MinLrRate = 0.2 }, [0.5, 1, 0, 0, 0, 0.6] },
        { "warmup_stable_decay", new WarmupStableDecaySchedule { WarmupSteps = 2, DecayRatio = 0.4, DecayType = RampShape.Linear, MinLrRatio = 0.2 }, [0.2, 0.6, 1, 1, 1, 1, 1, 0.8, 0.6, 0.4, 0.2, 0.2] },
    };

    [Theory]
    [MemberData(nameof(Curves))]
    public void Build_TenSteps_GivesTheHandComputedFactors(string name, Schedule schedule, double[] expected)
    {
        Func<long, double> factor = schedule.Build(learningRate: 0.5, totalSteps: 10);

        bool hasGaps = name.Contains("min_lr", StringComparison.Ordinal);
        for (int step = 0; step < expected.Length; step++)
        {
            if (!hasGaps || expected[step] != 0)
            {
                Assert.True(Math.Abs(expected[step] - factor(step)) < 1e-14, $"{name}: step {step} has {factor(step)}, expected {expected[step]}");
            }
        }
    }

    [Fact]
    public void Build_WarmupLongerThanTheRun_SaysWhatToWrite()
    {
        TrainingException error = Assert.Throws<TrainingException>(() => new CosineSchedule { WarmupSteps = 11 }.Build(1e-3, 10));

        Assert.Equal("11 warm-up steps, 10 steps in all", error.Facts);
        Assert.Contains("warmup_ratio", error.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_EndsThatContradictTheRate_AreRefused()
    {
        Assert.Throws<TrainingException>(() => new PolynomialSchedule { LrEnd = 1e-3 }.Build(1e-3, 10));
        Assert.Throws<TrainingException>(() => new CosineWithMinLrSchedule { MinLr = 1e-2 }.Build(1e-3, 10));
        Assert.Throws<TrainingException>(() => new WarmupStableDecaySchedule { WarmupSteps = 6, NumDecaySteps = 5 }.Build(1e-3, 10));
    }

    [Fact]
    public void Build_RunOfOneStep_IsFinite()
    {
        foreach (Schedule schedule in (Schedule[])[new LinearSchedule { WarmupRatio = 0.03 }, new CosineSchedule { WarmupRatio = 0.03 }, new PolynomialSchedule { WarmupSteps = 1 }, new CosineWithRestartsSchedule(), new InverseSqrtSchedule()])
        {
            Func<long, double> factor = schedule.Build(1e-3, 1);

            Assert.All([factor(0), factor(1), factor(2)], value => Assert.True(value is >= 0 and <= 1, $"{schedule}: {value}"));
        }
    }
}
