using System.Text.Json;
using Hone.Inference.Tests;

namespace Hone.Cli.Tests;

public sealed class GenerationCommandTests : CliTestBase
{
    private static readonly string[] Generate = ["generate", "model", "--input", "prompts.jsonl", "--output", "out.jsonl", "--max-tokens", "12", "--temperature", "1.5", "--seed", "3", "--n", "2", "--cache-memory", "4MiB"];

    public GenerationCommandTests()
    {
        TinyModel.Save("model");
        Write("prompts.jsonl", string.Concat(Enumerable.Range(0, 12).Select(i => i % 3 == 0
            ? $$"""{"messages":[{"role":"user","content":"question {{i}}"}],"topic":{{i}}}""" + "\n"
            : $$"""{"id":"row {{i}}","prompt":"the beginning {{i}}"}""" + "\n")));
    }

    [Fact]
    public void Generate_AllRows_AreWrittenInOrder()
    {
        Assert.Equal(ExitCodes.Done, Run(Generate));

        JsonElement[] rows = Rows();
        Assert.Equal(12, rows.Length);
        Assert.Equal("1", rows[0].GetProperty("id").ToString());
        Assert.Equal("row 1", rows[1].GetProperty("id").ToString());
        Assert.Equal(3, rows[3].GetProperty("topic").GetInt32());
        Assert.All(rows, row => Assert.Equal(2, row.GetProperty("completions").GetArrayLength()));
        Assert.Contains("12 of 12 rows", Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_KilledAtAnyByte_EndsWithTheSameBytes()
    {
        Run(Generate);
        byte[] whole = File.ReadAllBytes("out.jsonl");
        foreach (int length in (int[])[0, 1, whole.Length / 3, whole.Length / 2, whole.Length - 1, whole.Length])
        {
            File.WriteAllBytes("out.jsonl", whole[..length]);

            Assert.Equal(ExitCodes.Done, Run(Generate));

            Assert.Equal(whole, File.ReadAllBytes("out.jsonl"));
        }
    }

    [Fact]
    public void Generate_RowsThatCannotBeDone_AreRecordedAndCounted()
    {
        Write("prompts.jsonl", "{\"id\":10,\"prompt\":\"fine\"}\nnot json\n{\"id\":30}\n\n{\"id\":50,\"prompt\":\"" + new string('x', 400) + "\"}\n[1]\n{\"id\":70,\"prompt\":\"\"}\n");

        Assert.Equal(ExitCodes.Failed, Run(Generate));

        JsonElement[] rows = Rows();
        Assert.Equal(["10", "2", "30", "50", "6", "70"], rows.Select(row => row.GetProperty("id").ToString()));
        string[] problems = ["not JSON", "either 'prompt'", "too long", "no JSON object", "no tokens"];
        Assert.All(rows.Skip(1).Zip(problems), pair => Assert.Contains(pair.Second, pair.First.GetProperty("error").GetString(), StringComparison.Ordinal));
        Assert.Contains("1 of 6 rows, 5 failed", Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_OtherSettings_AreRefused()
    {
        Run(Generate);

        Assert.Equal(ExitCodes.Failed, Run([.. Generate, "--top-k", "5"]));

        Assert.Contains("top_k was 0, is 5", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_Choices_AreObeyed()
    {
        Assert.Equal(ExitCodes.Done, Run([.. Generate, "--choices", "yes", "no"]));

        Assert.All(Rows(), row => Assert.All(row.GetProperty("completions").EnumerateArray(), text => Assert.Contains(text.GetProperty("text").GetString(), (string[])["yes", "no"])));
    }

    [Theory]
    [InlineData("--schema", "none.json")]
    [InlineData("--regex", "(?=x)")]
    [InlineData("--adapter", "none")]
    [InlineData("--top-p", "3")]
    public void Generate_WrongOption_SaysWhatIsWrong(string option, string value)
    {
        Assert.NotEqual(ExitCodes.Done, Run([.. Generate, option, value]));

        Assert.StartsWith("error: ", Error, StringComparison.Ordinal);
        Assert.Contains("fix", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_MissingModelOrInput_SaysWhere()
    {
        Assert.Equal(ExitCodes.Failed, Run("generate", "nowhere", "--input", "prompts.jsonl", "--output", "o"));
        Assert.Contains("nowhere", Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Failed, Run("generate", "model", "--input", "nothing.jsonl", "--output", "o"));
        Assert.Contains("nothing.jsonl", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Chat_Piped_AnswersEveryLineAndObeysCommands()
    {
        Input = "hello\n/nonsense\n/system be brief\nhello\n/reset\nhello\n/exit\nnever read\n";

        Assert.Equal(ExitCodes.Done, Run("chat", "model", "--max-tokens", "5", "--cache-memory", "2MiB"));

        Assert.Contains("no command '/nonsense'", Error, StringComparison.Ordinal);
        Assert.True(Out.Split('\n').Length >= 4);
    }

    [Fact]
    public void Chat_MessageTooLong_SaysSoAndGoesOn()
    {
        Input = new string('x', 300) + "\nhello\n";

        Assert.Equal(ExitCodes.Failed, Run("chat", "model", "--max-tokens", "5", "--cache-memory", "2MiB"));

        Assert.Contains("too long", Error, StringComparison.Ordinal);
        Assert.NotEmpty(Out.Trim());
    }

    [Fact]
    public void Score_Lines_GiveLogProbabilities()
    {
        Input = "the abc\nx\n";

        Assert.Equal(ExitCodes.Done, Run("score", "model", "--cache-memory", "2MiB"));

        JsonElement[] rows = [.. Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["the", "Ġa", "b", "c"], rows[0].GetProperty("tokens").EnumerateArray().Select(token => token.GetString()));
        double[] logProbabilities = [.. rows[0].GetProperty("logprobs").EnumerateArray().Select(p => p.GetDouble())];
        Assert.Equal(3, logProbabilities.Length);
        Assert.Equal(-logProbabilities.Sum(), rows[0].GetProperty("nll").GetDouble(), 1e-9);
        Assert.Equal(JsonValueKind.Null, rows[1].GetProperty("perplexity").ValueKind);
        Assert.Contains("2 texts, 3 tokens scored", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Embed_Lines_GiveVectorsThatDoNotDependOnEachOther()
    {
        Input = "the abc\na much longer text about nothing\n";
        Assert.Equal(ExitCodes.Done, Run("embed", "model", "--pooling", "mean", "--normalize"));
        string[] both = Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Input = "the abc\n";
        Assert.Equal(ExitCodes.Done, Run("embed", "model", "--pooling", "mean", "--normalize"));

        Assert.Equal(2, both.Length);
        using JsonDocument first = JsonDocument.Parse(both[0]), alone = JsonDocument.Parse(Out);
        float[] together = [.. first.RootElement.GetProperty("embedding").EnumerateArray().Select(x => x.GetSingle())];
        Assert.Equal(1, together.Sum(x => (double)x * x), 1e-5);
        Assert.Equal(together, alone.RootElement.GetProperty("embedding").EnumerateArray().Select(x => x.GetSingle()));
    }

    [Fact]
    public void Embed_NoPoolingKnown_SaysHowToGiveOne()
    {
        Assert.Equal(ExitCodes.Failed, Run("embed", "model"));
        Assert.Contains("--pooling", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Bench_PrefillAndDecode_GiveFigures()
    {
        Assert.Equal(ExitCodes.Done, Run("bench", "prefill", "model", "--prompt-tokens", "20", "--rounds", "1", "--cache-memory", "2MiB"));
        Assert.Contains("tokens/s", Out, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Done, Run("bench", "decode", "model", "--batch", "1", "3", "--tokens", "4", "--rounds", "1", "--cache-memory", "2MiB", "--json"));
        Assert.Equal(2, Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private static JsonElement[] Rows() => [.. File.ReadLines("out.jsonl").Select(line => JsonDocument.Parse(line).RootElement)];
}
