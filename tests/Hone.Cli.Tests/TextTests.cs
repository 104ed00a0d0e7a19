namespace Hone.Cli.Tests;

/// <summary>What users read is reviewed like code: each transcript is a checked-in file.</summary>
public sealed class TextTests : CliTestBase
{
    private const string SixMistakes = """
        # Each line below that ends in a number has one mistake.
        nmae: demo                                              # 1
        seed: minus one                                         # 2
        stages:
          parts:
            type: spilt                                         # 3
            input: rows.jsonl
          few:
            type: sample
            input: { path: row.jsonl }                          # 4
            count: 0                                            # 5
          mixed:
            type: shuffle
            input: { from: part, artifact: train.jsonl }        # 6

        """;

    [Theory]
    [InlineData("help", "--help")]
    [InlineData("help-run", "run", "--help")]
    [InlineData("help-check", "help", "check")]
    [InlineData("help-stage-split", "help", "stage", "split")]
    [InlineData("help-stages", "help", "stages")]
    [InlineData("help-recipe", "help", "recipe")]
    [InlineData("help-stage-json", "help", "stage", "sample", "--json")]
    [InlineData("help-unknown", "help", "stge")]
    [InlineData("list", "list")]
    [InlineData("list-stages", "list", "stages")]
    [InlineData("list-json", "list", "stage", "--json")]
    [InlineData("list-unknown", "list", "stagse")]
    [InlineData("help-part-unknown", "help", "stage", "spilt")]
    [InlineData("no-arguments")]
    [InlineData("unknown-command", "rnu", "good.yaml")]
    [InlineData("unknown-option", "run", "good.yaml", "--dryrun")]
    [InlineData("surplus-argument", "run", "good.yaml", "extra")]
    [InlineData("missing-recipe", "run")]
    [InlineData("missing-check", "check")]
    [InlineData("wrong-threads", "--threads", "many", "list")]
    [InlineData("dry-run", "run", "good.yaml", "--dry-run", "--set", "seed=9", "--only", "mixed")]
    [InlineData("run", "run", "good.yaml", "--set", "name=a.b")]
    [InlineData("run-json", "run", "good.yaml", "--json")]
    [InlineData("run-unknown-stage", "run", "good.yaml", "--only", "mixd")]
    [InlineData("run-unknown-run", "run", "good.yaml", "--resume", "yesterday")]
    [InlineData("run-missing-device", "run", "good.yaml", "--set", "device=cuda:0")]
    [InlineData("check-good", "check", "good.yaml")]
    [InlineData("check-missing", "check", "godo.yaml")]
    [InlineData("check-set", "check", "good.yaml", "--set", "stages.parts.validation_cuont=3", "--set", "sed=1")]
    public void Transcript_Command_IsAsReviewed(string name, params string[] args) => Verified.Matches(name, Transcript(args));

    [Fact]
    public void Check_SixMistakes_PrintsSixLocatedErrors()
    {
        Write("bad.yaml", SixMistakes);

        string transcript = Transcript("check", "bad.yaml");

        Verified.Matches("check-six-mistakes", transcript);
        string[] lines = SixMistakes.Split('\n');
        int[] expected = [.. Enumerable.Range(1, lines.Length).Where(i => i > 1 && lines[i - 1].Contains('#', StringComparison.Ordinal))];
        int[] reported = [.. Error.Split('\n').Where(line => line.StartsWith("bad.yaml:", StringComparison.Ordinal)).Select(line => int.Parse(line.Split(':')[1]))];
        Assert.Equal(expected, reported);
    }

    [Fact]
    public void Check_Json_PrintsOneObjectARecipe()
    {
        Write("bad.yaml", SixMistakes);

        Verified.Matches("check-json", Transcript("check", "good.yaml", "bad.yaml", "--json"));
    }

    [Fact]
    public void Check_SeveralRecipes_CountsTogether()
    {
        Write("bad.yaml", SixMistakes);

        Assert.Equal(ExitCodes.Usage, Run("check", "bad.yaml", "good.yaml", "none.yaml"));
        Assert.Equal("good.yaml: ok (2 stages)\n", Out);
        Assert.EndsWith("7 errors; nothing was started.\n", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_BadRow_ExplainsAndSaysHowToResume()
    {
        Write("rows.jsonl", "{\"i\":1}\n{\"i\":2\n");

        Verified.Matches("run-bad-row", Transcript("run", "good.yaml", "--set", "stages.parts.validation_count=1"));
    }

    [Fact]
    public void Run_SyntaxError_IsLocated()
    {
        Write("tab.yaml", "name: x\nstages:\n\tparts: {}\n");

        Verified.Matches("run-tab", Transcript("run", "tab.yaml"));
    }

    [Fact]
    public void Run_InternalError_SaysThatItIsABug()
    {
        int code = RunWith(["list"], assemblies: () => throw new InvalidOperationException("the sky fell"));

        Assert.Equal(ExitCodes.Failed, code);
        Assert.Equal("", Out);
        Verified.Matches("internal-error", System.Text.RegularExpressions.Regex.Replace(Error, @"hone \d\S*( \([0-9a-f]+\))?", "hone VERSION", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(5)));
    }

    [Theory]
    [InlineData(true, "list", "--trace")]
    [InlineData(false, "list")]
    public void Run_InternalErrorWithTrace_AddsTheStack(bool byOption, params string[] args)
    {
        if (!byOption)
        {
            Variables["HONE_TRACE"] = "1";
        }

        RunWith(args, assemblies: () => throw new InvalidOperationException("the sky fell"));

        Assert.Contains("   at Hone.Core.Registry.PartRegistry", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Version_Option_PrintsTheVersion()
    {
        Assert.Equal(ExitCodes.Done, Run("--version"));
        Assert.Matches(@"^hone \d+\.\d+\.\d+( \([0-9a-f]{7}\))?\n$", Out);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("7", 7)]
    public void Threads_Number_ReachesTheLibraries(string text, int expected)
    {
        int? seen = null;

        Assert.Equal(ExitCodes.Done, RunWith(["check", "good.yaml", "--threads", text], threads: n => seen = n));
        Assert.Equal(expected, seen);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1025")]
    [InlineData("x")]
    public void Threads_NotANumberInRange_IsWrongUsage(string text)
    {
        Assert.Equal(ExitCodes.Usage, Run("list", "--threads", text));
        Assert.Contains("--threads must be a whole number from 1 to 1024", Error, StringComparison.Ordinal);
    }
}
