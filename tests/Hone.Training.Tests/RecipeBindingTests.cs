using Hone.Core.Recipes;
using Hone.Core.Registry;
using Hone.Core.Stages;
using Hone.Training.Losses;
using Hone.Training.Optimizers;
using Hone.Training.Schedules;

namespace Hone.Training.Tests;

/// <summary>Optimizers, schedules, clipping and losses as a recipe writes them.</summary>
public sealed class RecipeBindingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hone-training").FullName;

    [Fact]
    public void Bind_AdamWAndCosine_ReadsEveryKey()
    {
        BindStage stage = Bind(
            "optimizer: { type: adamw, learning_rate: 2.0e-4, betas: [0.8, 0.95], eps: 1.0e-6, weight_decay: 0.1, amsgrad: true, loraplus_lr_ratio: 16 }",
            "schedule: { type: cosine, warmup_ratio: 0.03 }",
            "max_grad_norm: 0.5");

        var adam = Assert.IsType<AdamWOptions>(stage.Optimizer);
        Assert.Equal((2e-4, 0.1, 16.0), (adam.LearningRate, adam.WeightDecay, adam.LoraplusLrRatio));
        Assert.Equal([0.8, 0.95], adam.Betas);
        Assert.Equal(new CosineSchedule { WarmupRatio = 0.03 }, stage.Schedule);
        Assert.Equal(0.5, stage.MaxGradNorm.MaxNorm);
    }

    [Fact]
    public void Bind_EveryOptimizer_HasTheDefaultsOfItsPaper()
    {
        Assert.Equal(0.01, Bind("optimizer: { type: adamw, learning_rate: 1 }").Optimizer.WeightDecay);
        Assert.Equal(0, Bind("optimizer: { type: adam, learning_rate: 1 }").Optimizer.WeightDecay);
        Assert.Equal(0.1, Bind("optimizer: { type: muon, learning_rate: 1, adjust_lr_fn: match_rms_adamw, rest: { learning_rate: 0.1 } }").Optimizer.WeightDecay);
        Assert.IsType<SgdOptions>(Bind("optimizer: { type: sgd, learning_rate: 1, momentum: 0.9, nesterov: true }").Optimizer);
        Assert.IsType<RmsPropOptions>(Bind("optimizer: { type: rmsprop, learning_rate: 1, centered: true }").Optimizer);
        Assert.IsType<LionOptions>(Bind("optimizer: { type: lion, learning_rate: 1, betas: [0.95, 0.98] }").Optimizer);
        Assert.IsType<AdafactorOptions>(Bind("optimizer: { type: adafactor, learning_rate: 1, relative_step: true, warmup_init: true }").Optimizer);
    }

    [Fact]
    public void Bind_Loss_ReadsItsType()
    {
        BindStage stage = Bind("loss: { loss_type: sigmoid_norm, beta: 0.2 }");

        Assert.Equal(new DpoLoss { LossType = DpoLossType.SigmoidNorm, Beta = 0.2 }, stage.Loss);
    }

    [Theory]
    [InlineData("optimizer: { type: adamw, learning_rate: 0 }", "greater than 0")]
    [InlineData("optimizer: { type: adamw, learning_rate: 1, betas: [0.9] }", "exactly 2 items")]
    [InlineData("optimizer: { type: sgd, learning_rate: 1, nesterov: true }", "needs a momentum")]
    [InlineData("optimizer: { type: sgd, learning_rate: 1, dampening: 0.5 }", "without 'momentum'")]
    [InlineData("optimizer: { type: adafactor, learning_rate: 1, warmup_init: true }", "without 'relative_step'")]
    [InlineData("optimizer: { type: lion, learning_rate: 1, loraplus_lr_embedding: 1.0e-6 }", "without 'loraplus_lr_ratio'")]
    [InlineData("schedule: { type: linear, warmup_steps: 3, warmup_ratio: 0.1 }", "both 'warmup_steps' and 'warmup_ratio'")]
    [InlineData("schedule: { type: constant, warmup_steps: 3 }", "has no key 'warmup_steps'")]
    [InlineData("schedule: { type: cosine_with_min_lr }", "the rate at the end of the schedule is missing")]
    [InlineData("schedule: { type: cosine_warmup_with_min_lr, min_lr: 0, warmup_lr_rate: 0.1 }", "there is no warm-up")]
    [InlineData("schedule: { type: warmup_stable_decay }", "the length of the fall is missing")]
    [InlineData("schedule: { type: warmup_stable_decay, decay_ratio: 0.1, decay_type: linear, num_cycles: 1 }", "the fall is no cosine")]
    [InlineData("loss: { label_smoothing: 0.1 }", "robust and conservative alone")]
    [InlineData("policy: { loss_type: dr_grpo }", "'max_completion_length', which is missing")]
    [InlineData("policy: { loss_type: cispo, delta: 2 }", "no second bound")]
    public void Bind_Contradiction_IsLocated(string line, string expected)
    {
        string text = Assert.Throws<RecipeException>(() => Bind(line)).Render();

        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.Contains("r.yaml:", text, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private BindStage Bind(params string[] lines)
    {
        string path = Path.Combine(_folder, "r.yaml");
        File.WriteAllText(path, $"name: t\nstages:\n  a:\n    type: bind\n{string.Concat(lines.Select(line => $"    {line}\n"))}");
        var registry = new PartRegistry(() => [typeof(Stage).Assembly, typeof(Optimizer).Assembly, typeof(BindStage).Assembly]);
        return (BindStage)new RecipeReader(registry, _ => null).Read(path, []).Recipe.Stages["a"];
    }
}
