using System.Text.Json;
using Hone.Core.Stages;
using Hone.Data.Formats;
using Hone.Inference.Tests;

namespace Hone.Cli.Tests;

public sealed class DataCommandTests : CliTestBase
{
    public DataCommandTests()
    {
        TinyModel.Save("model");
        Write("chats.jsonl", """
            {"messages":[{"role":"user","content":"hello"},{"role":"assistant","content":"world"}],"id":1}
            {"messages":[{"role":"user","content":"hello"}]}
            {"messages":[{"role":"user","content":"one"},{"role":"assistant","content":"two three"}]}
            """);
    }

    [Fact]
    public void Show_Conversations_MarksWhatIsTrainedAndWarnsOfTheRest()
    {
        Assert.Equal(ExitCodes.Done, RunData("data", "show", "chats.jsonl", "--model", "model", "--rows", "1"));

        Assert.Contains("example 1 of 2 (row 1, ", Out, StringComparison.Ordinal);
        Assert.Contains("⟦world", Out, StringComparison.Ordinal);
        Assert.DoesNotContain("two three", Out, StringComparison.Ordinal);
        Assert.Contains("chats.jsonl: 3 rows, 2 examples, format messages (found by the first row)", Out, StringComparison.Ordinal);
        Assert.Contains("tokens an example: shortest ", Out, StringComparison.Ordinal);
        Assert.Contains("1 of 3 rows left out (no answer): row 2; the first, chats.jsonl:2: ", Error, StringComparison.Ordinal);
        Assert.Contains("does not read: id", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Show_Json_HasIdsLabelsAndReport()
    {
        Assert.Equal(ExitCodes.Done, RunData("data", "show", "chats.jsonl", "--model", "model", "--rows", "9", "--format", "messages", "--loss-on", "all", "--json"));

        using JsonDocument document = JsonDocument.Parse(Out);
        JsonElement[] examples = [.. document.RootElement.GetProperty("examples").EnumerateArray()];
        Assert.Equal([1L, 3L], examples.Select(example => example.GetProperty("row").GetInt64()));
        Assert.All(examples, example => Assert.Equal(example.GetProperty("input_ids").GetRawText(), example.GetProperty("labels").GetRawText()));
        JsonElement lengths = document.RootElement.GetProperty("lengths");
        Assert.Equal(examples.Sum(example => example.GetProperty("input_ids").GetArrayLength()), lengths.GetProperty("tokens").GetInt64());
        Assert.Equal(2, lengths.GetProperty("histogram").EnumerateArray().Sum(interval => interval.GetProperty("count").GetInt64()));
        Assert.Equal("no_answer", document.RootElement.GetProperty("report").GetProperty("sources")[0].GetProperty("dropped")[0].GetProperty("issue").GetString());
    }

    [Theory]
    [InlineData(ExitCodes.Failed, "There is no such data file", "data", "show", "none.jsonl", "--model", "model")]
    [InlineData(ExitCodes.Usage, "alpaca", "data", "show", "chats.jsonl", "--model", "model", "--format", "alpacca")]
    [InlineData(ExitCodes.Usage, "--loss-on takes", "data", "show", "chats.jsonl", "--model", "model", "--loss-on", "none")]
    [InlineData(ExitCodes.Usage, "--rows must be", "data", "show", "chats.jsonl", "--model", "model", "--rows", "-1")]
    public void Show_WrongArguments_SayWhat(int code, string message, params string[] args)
    {
        Assert.Equal(code, RunData(args));
        Assert.Contains(message, Error, StringComparison.Ordinal);
    }

    private int RunData(params string[] args) => RunWith(args, assemblies: () => [typeof(Stage).Assembly, typeof(RowFormat).Assembly]);
}
