using System.Text.Json;
using System.Text.RegularExpressions;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Training.Optimizers;

namespace Hone.Conformance.Tests.Training;

/// <summary>Which parameters are decayed and at which rate, against transformers' Trainer and PEFT's LoRA+. (The training itself is read elsewhere.)</summary>
public sealed partial class ParameterGroupFixtureTests
{
    public static TheoryData<string> Cases
    {
        get
        {
            var cases = new TheoryData<string>();
            string folder = Fixtures.At("training", "finetune");
            if (Directory.Exists(folder))
            {
                cases.AddRange(Directory.EnumerateDirectories(folder).Where(path => File.Exists(Path.Combine(path, "run.json"))).Select(path => Path.GetFileName(path)!).Order().ToArray());
            }

            return cases;
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Create_ModelOrAdapter_GivesTheTrainersGroups(string name)
    {
        JsonElement run = Fixtures.Json("training", "finetune", name, "run.json");
        string path = Fixtures.At("text-models", run.GetProperty("base").GetString()!), initial = Fixtures.At("training", "finetune", name, "initial");
        Assert.SkipUnless(Directory.Exists(path), $"no text model {Path.GetFileName(path)}");
        bool hasAdapter = Directory.Exists(initial);
        using PretrainedModel model = PretrainedModel.Load(path, new LoadOptions { Use = hasAdapter ? ModelUse.AdapterTraining : ModelUse.FullTraining });
        using LoraAdapter? adapter = hasAdapter ? LoraAdapter.Load(initial, model) : null;
        adapter?.Attach();
        double rate = run.GetProperty("arguments").GetProperty("learning_rate").GetDouble();
        JsonElement[] expected = [.. run.GetProperty("groups").EnumerateArray()];
        double[] rates = [.. LargestRates(run)];
        var options = new AdamWOptions
        {
            LearningRate = rate,
            WeightDecay = run.GetProperty("arguments").GetProperty("weight_decay").GetDouble(),
            LoraplusLrRatio = run.GetProperty("optimizer").GetString()!.EndsWith("lora+", StringComparison.Ordinal) ? Math.Round(rates[2] / rate, 6) : null,
        };

        IReadOnlyList<ParameterGroup> groups = ParameterGroups.Create(model, adapter, options);

        Assert.Equal(expected.Length, groups.Count);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].GetProperty("names").EnumerateArray().Select(n => Plain(n.GetString()!)).Order(StringComparer.Ordinal), groups[i].Parameters.Select(p => Plain(p.Name)).Order(StringComparer.Ordinal));
            Assert.Equal(expected[i].GetProperty("weight_decay").GetDouble(), groups[i].WeightDecay);
            Assert.Equal(rates[i], rate * groups[i].LearningRateScale, 1e-12);
        }
    }

    /// <summary>The rate of each group where the schedule is at its top.</summary>
    private static IEnumerable<double> LargestRates(JsonElement run) =>
        run.GetProperty("learning_rates").EnumerateArray().Select(step => step.EnumerateArray().Select(rate => rate.GetDouble()).ToArray()).MaxBy(step => step[0])!;

    /// <summary>The name without what PEFT's wrappers put into it.</summary>
    private static string Plain(string name) => NoWeight().Replace(Wrappers().Replace(name, ""), "");

    [GeneratedRegex(@"^base_model\.model\.|\.default|\.modules_to_save|\.base_layer", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Wrappers();

    /// <summary>PEFT's files name magnitudes without the last part that its modules have.</summary>
    [GeneratedRegex(@"(?<=lora_magnitude_vector)\.weight$", RegexOptions.None, 1000)]
    private static partial Regex NoWeight();
}
