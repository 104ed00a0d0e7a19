using Hone.Core.Recipes;
using Hone.Core.Stages;

namespace Hone.Core.Tests.Recipes;

public sealed class RecipeBinderTests : RecipeTestBase
{
    [Fact]
    public void Read_EveryKindOfValue_BindsTyped()
    {
        TuneStage stage = (TuneStage)Read("""
            name: all.kinds-1
            seed: 18446744073709551615
            device: cuda:1
            model: { path: models/tiny, dtype: bf16 }
            stages:
              a:
                type: tune
                optimizer: { type: adamw, learning_rate: 2.0e-4, betas: [0.8, 9.5e-1], eps: 1e-6 }
                batch: { accumulate: 2 }
                reduction: mean
                timeout: 1h30m
                targets:
                  - q_proj
                  - "null"
                weights: { b: 2, a: .5, "c d": -.inf }
                phases: [{ micro: 3 }, {}]
                limit: 0x1F
                note: yes
            """).Recipe.Stages["a"];

        var optimizer = Assert.IsType<AdamWOptions>(stage.Optimizer);
        Assert.Equal(2e-4f, optimizer.LearningRate);
        Assert.Equal([0.8, 0.95], optimizer.Betas);
        Assert.Equal(1e-6, optimizer.Eps);
        Assert.Equal(0.01, optimizer.WeightDecay);
        Assert.Equal(new BatchOptions { Micro = 4, Accumulate = 2 }, stage.Batch);
        Assert.Equal(LossReduction.Mean, stage.Reduction);
        Assert.Equal(TimeSpan.FromMinutes(90), stage.Timeout);
        Assert.Equal(["q_proj", "null"], stage.Targets);
        Assert.Equal(["b", "a", "c d"], stage.Weights.Keys);
        Assert.Equal([2, 0.5, double.NegativeInfinity], stage.Weights.Values);
        Assert.Equal([new BatchOptions { Micro = 3 }, new BatchOptions()], stage.Phases);
        Assert.Equal(31, stage.Limit);
        Assert.Equal("yes", stage.Note);
    }

    [Fact]
    public void Read_TopLevel_BindsAndFillsDefaults()
    {
        Recipe recipe = Read("name: x\nmodel: models/tiny\nstages: { a: { type: tune, optimizer: { type: sgd, learning_rate: 1 } } }").Recipe;

        Assert.Equal(42UL, recipe.Seed);
        Assert.Equal("auto", recipe.Device.Name);
        Assert.Equal(new ModelReference { Path = "models/tiny" }, recipe.Model);
        Assert.IsType<LocalExecutor>(recipe.Launch);
    }

    [Theory]
    [InlineData("limit: 12", 12)]
    [InlineData("limit: -12", -12)]
    [InlineData("limit: +12", 12)]
    [InlineData("limit: 0o17", 15)]
    [InlineData("limit: 9223372036854775807", long.MaxValue)]
    [InlineData("limit: -9223372036854775808", long.MinValue)]
    public void Read_WholeNumber_Binds(string line, long expected) => Assert.Equal(expected, ReadTune(line).Limit);

    [Theory]
    [InlineData("limit: 9223372036854775808", "between -9223372036854775808 and 9223372036854775807")]
    [InlineData("limit: 1e6", "write 1000000")]
    [InlineData("limit: 1_000", "'limit' must be a whole number, got '1_000'")]
    [InlineData("limit: \"5\"", "remove the quotes")]
    [InlineData("limit:", "'limit' must be a whole number, got nothing")]
    [InlineData("limit: [1]", "'limit' must be a whole number, got a list")]
    [InlineData("limit: --5", "got '--5'")]
    [InlineData("limit: 0x", "got '0x'")]
    [InlineData("optimizer: { type: sgd, learning_rate: 1, nesterov: yes }", "did you mean true?")]
    [InlineData("optimizer: { type: sgd, learning_rate: 1, nesterov: True }", "did you mean true?")]
    [InlineData("optimizer: { type: sgd, learning_rate: nan }", "'learning_rate' must be a number, got 'nan'")]
    [InlineData("optimizer: { type: sgd, learning_rate: .nan }", "'learning_rate' must be a number, got '.nan'")]
    [InlineData("optimizer: { type: sgd, learning_rate: 1e39 }", "the largest is 3.4028235e+38; .inf is infinity")]
    [InlineData("optimizer: { type: sgd, learning_rate: \"0,5\" }", "remove the quotes")]
    [InlineData("optimizer: { type: sgd, learning_rate: 0 }", "'learning_rate' must be greater than 0, got 0")]
    [InlineData("optimizer: { type: sgd, learning_rate: 1, momentum: 1.5 }", "'momentum' must be at least 0 and at most 1, got 1.5")]
    [InlineData("optimizer: { type: adamw, learning_rate: 1, betas: [0.9] }", "'betas' must be exactly 2 items, got 1 item")]
    [InlineData("optimizer: { type: adamw, learning_rate: 1, betas: [0.9, 1.0] }", "item 1 of 'betas' must be at least 0 and less than 1, got 1.0")]
    [InlineData("optimizer: { type: adamw, learning_rate: 1, betas: 0.9 }", "'betas' must be a list of values, got '0.9'")]
    [InlineData("optimizer: adamw", "'optimizer' must be a map with the key type, got 'adamw'")]
    [InlineData("optimizer: { learning_rate: 1 }", "'optimizer' needs the key 'type', the name of the optimizer")]
    [InlineData("optimizer: { type: adam, learning_rate: 1 }", "nearest: adamw, sgd")]
    [InlineData("optimizer: { type: sgd }", "optimizer 'sgd' needs the key 'learning_rate'")]
    [InlineData("reduction: per_tokn", "did you mean 'per_token'?")]
    [InlineData("reduction: PerToken", "did you mean 'per_token'?")]
    [InlineData("timeout: 90", "'timeout' must be a duration such as 90s, 5m or 1h30m, got '90'")]
    [InlineData("timeout: 0s", "'timeout' must be greater than 0, got 0s")]
    [InlineData("timeout: 99999d", "a duration such as")]
    [InlineData("batch: 5", "'batch' must be a map of keys, got '5'")]
    [InlineData("batch: { micro: 0 }", "'micro' must be greater than 0, got 0")]
    [InlineData("phases: [{ micro: 1 }, { mikro: 2 }]", "item 1 of 'phases' has no key 'mikro'")]
    [InlineData("weights: [1]", "'weights' must be a map from names to values, got a list")]
    [InlineData("weights: { a: x }", "'a' must be a number, got 'x'")]
    [InlineData("targets: q_proj", "'targets' must be a list of texts, got 'q_proj'")]
    public void Read_WrongValue_SaysWhat(string line, string expected)
    {
        string yaml = line.StartsWith("optimizer", StringComparison.Ordinal)
            ? $"name: t\nstages:\n  a:\n    type: tune\n    {line}"
            : Tune(line);

        string errors = Errors(yaml);

        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.EndsWith("\n1 error; nothing was started.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FormOfTheStyleGuide_IsPrintedExactly()
    {
        string errors = Errors("""
            name: t
            stages:
              train:
                type: tune
                optimizer: { type: adamw, learnig_rate: 2.0e-4, weight_decay: 0.0 }
            """);

        Assert.Equal("""
            r.yaml:5:31: error: optimizer 'adamw' has no key 'learnig_rate'
                5 |     optimizer: { type: adamw, learnig_rate: 2.0e-4, weight_decay: 0.0 }
                  |                               ^^^^^^^^^^^^
                  = did you mean 'learning_rate'? known keys: learning_rate, betas, eps, weight_decay
                  = help: hone help optimizer adamw
            1 error; nothing was started.
            """.ReplaceLineEndings("\n"), errors);
    }

    [Fact]
    public void Read_ManyMistakes_ReportsAllInOrder()
    {
        string errors = Errors("""
            seed: -1
            nmae: t
            stages:
              b:
                type: tune
                optimizer: { type: sgdd, learning_rate: 1 }
                limit: x
                limit: 3
              "../up":
                type: tune
                optimizer: { type: sgd, learning_rate: 1 }
            """);

        string[] places = [.. errors.Split('\n').Where(line => line.Contains(": error: ", StringComparison.Ordinal)).Select(line => line.Split(": error: ")[0])];
        Assert.Equal(["r.yaml:1:7", "r.yaml:2:1", "r.yaml:6:24", "r.yaml:7:12", "r.yaml:8:5", "r.yaml:9:3"], places);
        Assert.EndsWith("6 errors; nothing was started.", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("split", "'from'")]
    public void Read_FileSourceWithPathAndFrom_IsAContradiction(string target, string word)
    {
        Folder.Write("rows.jsonl", "{}");
        string errors = Errors($"name: t\nstages:\n  {target}: {{ type: split, input: {Folder["rows.jsonl"]}, validation_count: 1 }}\n"
            + $"  b: {{ type: shuffle, input: {{ path: {Folder["rows.jsonl"]}, from: {target}, artifact: train.jsonl }} }}");

        Assert.Contains($"both 'path' and {word} name a file", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingInputFile_NamesTheNearest()
    {
        Folder.Write("rows.jsonl", "{}");

        string errors = Errors($"name: t\nstages: {{ s: {{ type: shuffle, input: {Folder["row.jsonl"]} }} }}");

        Assert.Contains("'path': there is no file", errors, StringComparison.Ordinal);
        Assert.Contains("did you mean 'rows.jsonl'?", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FolderAsInput_IsRefused() =>
        Assert.Contains("is a folder", Errors($"name: t\nstages: {{ s: {{ type: shuffle, input: {Folder.Path} }} }}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("name: ../x", "'name' must be a plain file name")]
    [InlineData("name: nul.txt", "'name' must be a plain file name")]
    [InlineData("name: x.", "'name' must be a plain file name")]
    [InlineData("name: .x", "'name' must be a plain file name")]
    public void Read_NameThatIsNoFileName_IsRefused(string name, string expected) =>
        Assert.Contains(expected, Errors($"{name}\nstages: {{ a: {{ type: tune, optimizer: {{ type: sgd, learning_rate: 1 }} }} }}"), StringComparison.Ordinal);

    [Fact]
    public void Read_StageNamesThatDifferInCase_AreRefused()
    {
        const string stage = "{ type: tune, optimizer: { type: sgd, learning_rate: 1 } }";

        string errors = Errors($"name: t\nstages: {{ data: {stage}, Data: {stage} }}");

        Assert.Contains("r.yaml:2:1: error: the stage names 'data' and 'Data' differ in case alone", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auto", true)]
    [InlineData("cpu", true)]
    [InlineData("cuda:0", true)]
    [InlineData("cuda:15", true)]
    [InlineData("cuda", false)]
    [InlineData("cuda:00", false)]
    [InlineData("cuda:-1", false)]
    [InlineData("CPU", false)]
    public void DeviceSelection_Text_ParsesOrNot(string text, bool valid)
    {
        bool parsed = DeviceSelection.TryParse(text, null, out DeviceSelection device);

        Assert.Equal(valid, parsed);
        Assert.Equal(valid ? text : "auto", device.Name);
    }
}
