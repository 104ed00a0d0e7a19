using Hone.Core.Recipes;

namespace Hone.Core.Tests.Recipes;

public sealed class RecipeLoaderTests : RecipeTestBase
{
    private const string Base = """
        name: base
        seed: 1
        stages:
          a:
            type: tune
            optimizer: { type: adamw, learning_rate: 0.1, eps: 1e-3 }
            targets: [x, y, z]
            batch: { micro: 2, accumulate: 3 }
        """;

    [Fact]
    public void Extends_Maps_MergeDeepAndListsAreReplaced()
    {
        Folder.Write("bases/base.yaml", Base);
        TuneStage stage = (TuneStage)Read("""
            extends: bases/base.yaml
            name: derived
            stages: { a: { targets: [w], batch: { micro: 9 }, optimizer: { learning_rate: 0.2 } } }
            """).Recipe.Stages["a"];

        Assert.Equal(["w"], stage.Targets);
        Assert.Equal(new BatchOptions { Micro = 9, Accumulate = 3 }, stage.Batch);
        Assert.Equal(0.2f, stage.Optimizer.LearningRate);
        Assert.Equal(1e-3, Assert.IsType<AdamWOptions>(stage.Optimizer).Eps);
    }

    [Fact]
    public void Extends_OtherType_ReplacesTheMap()
    {
        Folder.Write("base.yaml", Base);

        TuneStage stage = (TuneStage)Read("extends: base.yaml\nstages: { a: { optimizer: { type: sgd, learning_rate: 3 } } }").Recipe.Stages["a"];

        Assert.Equal(new SgdOptions { LearningRate = 3 }, stage.Optimizer);
    }

    [Fact]
    public void Extends_Chain_IsRelativeToEachFileAndKeepsOrigins()
    {
        Folder.Write("x/root.yaml", Base);
        Folder.Write("x/y/middle.yaml", "extends: ../root.yaml\nseed: 2");
        LoadedRecipe recipe = Read("extends: x/y/middle.yaml\nname: top", "stages.a.batch.micro=7");

        string[] origins = [.. RecipePrinter.PrintWithOrigins(recipe.Resolved).Replace(Folder.Path + "/", "", StringComparison.Ordinal)
            .Split('\n').Where(line => line.Contains('#', StringComparison.Ordinal)).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];

        Assert.Contains("name: top # r.yaml:2", origins);
        Assert.Contains("seed: 2 # x/y/middle.yaml:2", origins);
        Assert.Contains("type: tune # x/root.yaml:5", origins);
        Assert.Contains("micro: 7 # --set", origins);
        Assert.Contains("accumulate: 3 # x/root.yaml:8", origins);
        Assert.Contains("weight_decay: 0.01 # default", origins);
        Assert.Equal(3, recipe.Files.Count);
    }

    [Fact]
    public void Extends_Circle_IsReportedOnceWithThePath()
    {
        Folder.Write("b.yaml", "extends: r.yaml");

        string errors = Errors("extends: b.yaml\nname: t");

        Assert.Contains("b.yaml:1:10: error: 'extends' runs in a circle", errors, StringComparison.Ordinal);
        Assert.Contains("= r.yaml → b.yaml → r.yaml", errors, StringComparison.Ordinal);
        Assert.EndsWith("1 error; nothing was started.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Extends_MissingFile_NamesTheNearestAndStillChecksTheRest()
    {
        Folder.Write("base.yaml", Base);

        string errors = Errors("extends: bsae.yaml\nsede: 1");

        Assert.Contains("r.yaml:1:10: error: the extended recipe 'bsae.yaml' does not exist", errors, StringComparison.Ordinal);
        Assert.Contains("did you mean 'base.yaml'?", errors, StringComparison.Ordinal);
        Assert.Contains("r.yaml:2:1: error: the recipe has no key 'sede'", errors, StringComparison.Ordinal);
        Assert.EndsWith("2 errors; nothing was started.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Extends_MistakeInBase_IsLocatedThere()
    {
        Folder.Write("base.yaml", Base.Replace("micro: 2", "micro: two", StringComparison.Ordinal));

        Assert.Contains("base.yaml:8:21: error: 'micro' must be a whole number, got 'two'", Errors("extends: base.yaml\nname: t"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("extends: [a]", "'extends' must be the path of a recipe, not a list")]
    [InlineData("extends:", "'extends' must be the path of a recipe, not nothing")]
    [InlineData("extends: .", "is a folder, not a recipe file")]
    public void Extends_NotAFile_IsReported(string line, string expected) => Assert.Contains(expected, Errors(line), StringComparison.Ordinal);

    [Theory]
    [InlineData("seed=9", "seed: 9 # --set")]
    [InlineData("stages.a.targets=[a, 'b c']", "targets: [a, \"b c\"] # --set")]
    [InlineData("stages.a.targets.1=q", "- q # --set")]
    [InlineData("stages.a.note=a # b: *c", "note: \"a # b: *c\" # --set")]
    [InlineData("stages.a.note=", "note: null # --set")]
    [InlineData("stages.a.note=\"\"", "note: \"\" # --set")]
    [InlineData("stages.a.optimizer={type: sgd, learning_rate: 4}", "learning_rate: 4 # --set")]
    [InlineData("stages.\"a\".limit=5", "limit: 5 # --set")]
    [InlineData("model.path=m", "path: m # --set")]
    public void Set_Value_ReplacesWithOrigin(string argument, string expected)
    {
        LoadedRecipe recipe = Read(Base, argument);

        IEnumerable<string> lines = RecipePrinter.PrintWithOrigins(recipe.Resolved).Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains(expected, lines);
    }

    [Fact]
    public void Set_UnknownPath_NamesTheArgumentWithCaret()
    {
        string errors = Errors(Base, "stages.a.optimizer.learnig_rate=3");

        Assert.Equal("""
            --set stages.a.optimizer.learnig_rate=3: error: optimizer 'adamw' has no key 'learnig_rate'
                  | stages.a.optimizer.learnig_rate=3
                  |                    ^^^^^^^^^^^^
                  = did you mean 'learning_rate'? known keys: learning_rate, betas, eps, weight_decay
                  = help: hone help optimizer adamw
            1 error; nothing was started.
            """.ReplaceLineEndings("\n"), errors);
    }

    [Theory]
    [InlineData("seed", "'=' and a value are missing")]
    [InlineData("=3", "this part of the path is empty")]
    [InlineData("a..b=3", "this part of the path is empty")]
    [InlineData("", "'=' and a value are missing")]
    [InlineData("seed.x=3", "'seed' is the single value '1', so it has no key 'x'")]
    [InlineData("stages.a.targets.3=q", "'stages.a.targets' is a list and has no item '3'")]
    [InlineData("stages.a.targets.x=q", "its items are 0 to 2")]
    [InlineData("extends=b.yaml", "'extends' cannot be set")]
    [InlineData("seed=[1", "not valid YAML")]
    [InlineData("stages.b.type=tune", "stage 'tune' needs the key 'optimizer'")]
    public void Set_WrongArgument_IsReported(string argument, string expected)
    {
        string errors = Errors(Base, argument);

        Assert.StartsWith("--set ", errors, StringComparison.Ordinal);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Environment_References_AreReplacedAndTyped()
    {
        Variables["SEED"] = "77";
        Variables["DIR"] = "/data";
        LoadedRecipe recipe = Read(Base.Replace("seed: 1", "seed: ${env:SEED}\nmodel: { path: \"${env:DIR}/m\", dtype: \"${env:KIND:-f16}\" }", StringComparison.Ordinal), "stages.a.note=$${env:SEED} ${env:SEED}");

        Assert.Equal(77UL, recipe.Recipe.Seed);
        Assert.Equal(new ModelReference { Path = "/data/m", Dtype = WeightType.F16 }, recipe.Recipe.Model);
        Assert.Equal("${env:SEED} 77", ((TuneStage)recipe.Recipe.Stages["a"]).Note);
        Assert.Contains("r.yaml:2, env SEED", RecipePrinter.PrintWithOrigins(recipe.Resolved), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("${env:NOPE}", "the environment variable 'NOPE' is not set", 7)]
    [InlineData("x${HOME}", "did you mean '${env:HOME}'?", 8)]
    [InlineData("\"${env:NOPE\"", "'${' has no closing '}'", 8)]
    [InlineData("\"${env:9}\"", "'9' cannot name an environment variable", 8)]
    public void Environment_WrongReference_IsLocated(string value, string expected, int column)
    {
        string errors = Errors($"name: {value}\nstages: {{ a: {{ type: tune, optimizer: {{ type: sgd, learning_rate: 1 }} }} }}");

        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.Contains($"r.yaml:1:{column}: error", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Print_ResolvedRecipe_ReadsBackToTheSame()
    {
        string[] hostile = ["null", "true", "1e5", "", " x ", "a: b", "#c", "${env:X}", "$${", "tab\there", "line\nbreak", "ünï\u2028", "'\"\\", "- x", "[x", "@a", "0x1", "~", "\u001b[31m"];
        string quoted = string.Join(", ", hostile.Select(text => "\"" + string.Concat(text.Replace("${", "$${", StringComparison.Ordinal).Select(c => c is '"' or '\\' || c < ' ' || c > '~' ? $"\\u{(int)c:X4}" : $"{c}")) + "\""));
        LoadedRecipe first = Read($"name: t\nstages: {{ a: {{ type: tune, optimizer: {{ type: sgd, learning_rate: 1e-7 }}, targets: [{quoted}], timeout: 1d2h3m4s5ms, phases: [{{ micro: 2 }}, {{}}], weights: {{ \"x: y\": .inf }} }} }}");
        Assert.Equal(hostile, ((TuneStage)first.Recipe.Stages["a"]).Targets);

        string printed = RecipePrinter.Print(first.Resolved);
        LoadedRecipe second = Read(printed);

        Assert.Equal(printed, RecipePrinter.Print(second.Resolved));
        Assert.Equal(hostile, ((TuneStage)second.Recipe.Stages["a"]).Targets);
        Assert.Equal(new TimeSpan(1, 2, 3, 4, 5), ((TuneStage)second.Recipe.Stages["a"]).Timeout);
        Assert.Equal(1e-7f, ((TuneStage)second.Recipe.Stages["a"]).Optimizer.LearningRate);
    }

    [Theory]
    [InlineData("b", "nope", "there is no stage 'nope' in this recipe")]
    [InlineData("b", "b", "the stage 'b' takes its input from itself")]
    [InlineData("a", "c", "the stage 'c' comes after 'a'")]
    public void From_WrongStage_IsReported(string owner, string target, string expected)
    {
        string[] stages = [.. new[] { "a", "b", "c" }.Select(name => $"  {name}: {{ type: tune, optimizer: {{ type: sgd, learning_rate: 1 }}{(name == owner ? $", input: {{ from: {target} }}" : "")} }}")];

        string errors = Errors($"name: t\nstages:\n{string.Join('\n', stages)}");

        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.EndsWith("1 error; nothing was started.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void From_Circle_IsNamed()
    {
        const string optimizer = "optimizer: { type: sgd, learning_rate: 1 }";

        string errors = Errors($"name: t\nstages:\n  a: {{ type: tune, {optimizer}, input: {{ from: b }} }}\n  b: {{ type: tune, {optimizer}, input: {{ from: a }} }}");

        Assert.Contains("r.yaml:3:79: error: stages wait for each other", errors, StringComparison.Ordinal);
        Assert.Contains("= a → b → a", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the stage 'a' makes 2 files; say which one", "artifact: train.jsonl | validation.jsonl")]
    [InlineData(", artifact: tain.jsonl", "the stage 'a' makes no 'tain.jsonl'", "it makes: train.jsonl, validation.jsonl")]
    public void From_Artifact_MustBeOneTheStageMakes(string artifact, string message, string note)
    {
        Folder.Write("rows.jsonl", "{}");

        string errors = Errors($"name: t\nstages:\n  a: {{ type: split, input: {Folder["rows.jsonl"]}, validation_count: 1 }}\n  b: {{ type: shuffle, input: {{ from: a{artifact} }} }}");

        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Contains(note, errors, StringComparison.Ordinal);
    }
}
