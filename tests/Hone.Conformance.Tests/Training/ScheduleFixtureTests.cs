using System.Text.Json;
using Hone.Training.Schedules;

namespace Hone.Conformance.Tests.Training;

/// <summary>Every learning-rate schedule, step by step, against transformers.</summary>
[ReadsFixture("training/schedulers")]
public sealed class ScheduleFixtureTests
{
    private const double Relative = 1e-12, Absolute = 1e-18; // as the fixtures' README states

    public static TheoryData<int, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, string>();
            if (File.Exists(Fixtures.At("training", "schedulers.json")))
            {
                foreach ((int index, JsonElement entry) in All().Index())
                {
                    cases.Add(index, entry.GetProperty("name").GetString()!);
                }
            }

            return cases;
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Build_EveryStep_GivesTransformersRate(int index, string name)
    {
        JsonElement entry = All()[index];
        double rate = entry.GetProperty("lr").GetDouble();
        double[] expected = [.. entry.GetProperty("lr_at_step").EnumerateArray().Select(value => value.GetDouble())];
        var arguments = new List<(string, JsonElement)>();
        if (entry.TryGetProperty("num_warmup_steps", out JsonElement warmup))
        {
            arguments.Add(("warmup_steps", warmup));
        }

        if (entry.TryGetProperty("specific", out JsonElement specific))
        {
            arguments.AddRange(specific.EnumerateObject().Select(property => (property.Name, property.Value)));
        }

        long steps = entry.TryGetProperty("num_training_steps", out JsonElement total) ? total.GetInt64() : expected.Length; // the schedule has no end of its own

        Func<long, double> factor = FixtureOptions.Create<Schedule>("schedule", name, arguments).Build(rate, steps);

        Assert.NotEmpty(expected);
        for (int step = 0; step < expected.Length; step++)
        {
            double actual = rate * factor(step);
            Assert.True(Math.Abs(actual - expected[step]) <= Absolute + (Relative * Math.Abs(expected[step])), $"{entry.GetRawText()[..100]}: step {step} has rate {actual:R}, expected {expected[step]:R}");
        }
    }

    private static JsonElement[] All() => [.. Fixtures.Json("training", "schedulers.json").GetProperty("cases").EnumerateArray()];
}
