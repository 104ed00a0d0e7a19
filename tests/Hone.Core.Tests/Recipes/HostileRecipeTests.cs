using System.Text;
using Hone.Core.Random;
using Hone.Core.Recipes;

namespace Hone.Core.Tests.Recipes;

public sealed class HostileRecipeTests : RecipeTestBase
{
    [Fact]
    public void Read_EmptyFile_SaysSo() => Assert.Contains("r.yaml: error: the recipe is empty", Errors(""), StringComparison.Ordinal);

    [Theory]
    [InlineData("# only a comment\n", "the recipe is empty")]
    [InlineData("hello", "the recipe is 'hello', not a map of keys")]
    [InlineData("- a\n- b", "the recipe is a list, not a map of keys")]
    [InlineData("name: t\n---\nname: u", "a second one begins here")]
    [InlineData("name: !!str t", "YAML tags such as")]
    [InlineData("? [a]\n: b", "a key must be a word, not a list")]
    [InlineData("a: &a [*a]", "the alias '*a' contains itself")]
    [InlineData("a: *b", "no anchor '&b' stands before this alias")]
    [InlineData("a: &x { b: 1 }\nc: { <<: *x }", "merge keys ('<<')")]
    [InlineData("name: \"unclosed", "not valid YAML")]
    [InlineData("name: t\n  bad: indent", "not valid YAML")]
    [InlineData("a: [1, 2", "not valid YAML")]
    [InlineData("a: %b", "not valid YAML")]
    public void Read_StrangeYaml_IsRefusedWithAPlace(string yaml, string expected) => Assert.Contains(expected, Errors(yaml), StringComparison.Ordinal);

    [Fact]
    public void Read_TabIndent_IsExplained()
    {
        string errors = Errors("name: t\nstages:\n\ta: 1");

        Assert.Contains("r.yaml:3:1: error: not valid YAML: a tab cannot indent", errors, StringComparison.Ordinal);
        Assert.Contains("    3 | →a: 1", errors, StringComparison.Ordinal);
        Assert.Contains("indented with a tab", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BillionLaughs_IsBounded()
    {
        var yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++)
        {
            yaml.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Assert.Contains("more than 100,000 values", Errors(yaml.ToString()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void Read_DeepNesting_IsBounded(string open) =>
        Assert.Contains("nested deeper than 64 levels", Errors("a:\n  " + string.Concat(Enumerable.Repeat(open, 50_000))), StringComparison.Ordinal);

    [Fact]
    public void Read_HugeScalar_IsShortenedInTheMessage()
    {
        string errors = Errors($"name: t\nseed: {new string('9', 200_000)}");

        Assert.All(errors.Split('\n'), line => Assert.InRange(line.Length, 0, 200));
    }

    [Fact]
    public void Read_TwoMebibytes_IsRefusedUnread() =>
        Assert.Contains("is larger than 1 MiB", Errors("a: " + new string('x', 2 << 20)), StringComparison.Ordinal);

    [Fact]
    public void Read_NotUtf8_NamesThePlace()
    {
        File.WriteAllBytes(Folder["r.yaml"], [.. "name: t\nmodel: "u8, 0xE9, .. "\n"u8]);

        Assert.Contains("is not UTF-8: byte E9 at line 2, column 8", ErrorsOf(Folder["r.yaml"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ByteOrderMark_IsAccepted()
    {
        File.WriteAllBytes(Folder["r.yaml"], [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Tune("limit: 3"))]);

        Assert.Equal(3, ((TuneStage)ReadFile(Folder["r.yaml"]).Recipe.Stages["a"]).Limit);
    }

    [Fact]
    public void Read_Folder_IsRefused()
    {
        Folder.Write("x/good.yaml", "");

        Assert.Contains("the recipe is a folder, not a recipe file\n      = recipes in it: good.yaml", ErrorsOf(Folder["x"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingFile_NamesTheNearest()
    {
        Folder.Write("train.yaml", "");

        Assert.Contains("did you mean 'train.yaml'?", ErrorsOf(Folder["trian.yaml"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ControlCharactersInALine_DoNotReachTheTerminal() =>
        Assert.DoesNotContain('\u001b', Errors("name: t\n\"k\\e[31m\": 1\nx\u0007: 2"));

    [Fact]
    public void Read_ThousandMistakes_AreCountedAndCut()
    {
        string errors = Errors(string.Concat(Enumerable.Range(0, 1000).Select(i => $"unknown_{i}: 1\n")));

        Assert.Contains("… and 902 more", errors, StringComparison.Ordinal);
        Assert.EndsWith("1002 errors; nothing was started.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MutatedRecipes_AlwaysGiveARecipeOrLocatedErrors()
    {
        // Bytes of a good recipe are overwritten, removed and doubled; whatever comes out must be a recipe or a list of problems.
        byte[] good = Encoding.UTF8.GetBytes("extends: \"${env:B:-b.yaml}\"\n" + Tune("batch: &b { micro: 3 }\nphases: [*b, { accumulate: 2 }]\ntimeout: 5m\nnote: |\n  text\n  more"));
        Folder.Write("b.yaml", "seed: 3\n");
        var random = new RandomStream(3, "fuzz");
        int refused = 0;
        byte[] alphabet = Encoding.UTF8.GetBytes("{}[]:,-#&*!|>'\"%@` \t\n\0${}a1~\\?<=");
        for (int i = 0; i < 3000; i++)
        {
            List<byte> bytes = [.. good];
            for (int edit = random.NextInt32(4) + 1; edit > 0; edit--)
            {
                int at = random.NextInt32(bytes.Count);
                switch (random.NextInt32(4))
                {
                    case 0: bytes[at] = alphabet[random.NextInt32(alphabet.Length)]; break;
                    case 1: bytes.RemoveAt(at); break;
                    case 2: bytes.Insert(at, alphabet[random.NextInt32(alphabet.Length)]); break;
                    default: bytes[at] = (byte)random.NextInt32(256); break;
                }
            }

            File.WriteAllBytes(Folder["r.yaml"], [.. bytes]);
            try
            {
                ReadFile(Folder["r.yaml"]);
            }
            catch (RecipeException e)
            {
                refused++;
                Assert.NotEmpty(e.Problems);
                Assert.All(e.Problems, problem => Assert.NotEmpty(problem.Where));
            }
        }

        Assert.InRange(refused, 500, 2999);
    }
}
