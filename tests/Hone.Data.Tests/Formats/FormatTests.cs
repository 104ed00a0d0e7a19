using System.Text.Json;
using Hone.Data.Datasets;
using Hone.Data.Formats;

namespace Hone.Data.Tests.Formats;

public sealed class FormatTests
{
    [Theory]
    [InlineData("messages", """{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"id":7}""")]
    [InlineData("prompt-completion", """{"prompt":"q","completion":"a"}""")]
    [InlineData("prompt-completion", """{"prompt":[{"role":"user","content":"q"}],"completion":[{"role":"assistant","content":"a"}]}""")]
    [InlineData("text", """{"text":"q"}""")]
    [InlineData("alpaca", """{"instruction":"q","input":"","output":"a"}""")]
    [InlineData("sharegpt", """{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}]}""")]
    public void Detect_RowsOfEachFormat_FindsIt(string name, string row) =>
        Assert.Equal(name, FormatDetection.Detect(Json(row), SmallModel.Registry, "f:1").Name);

    [Fact]
    public void Detect_UnknownColumns_ListsTheNearestFormats()
    {
        var error = Assert.Throws<DatasetFormatException>(() => FormatDetection.Detect(Json("""{"instructions":"q","outputs":"a"}"""), SmallModel.Registry, "f:1"));

        Assert.Contains("columns instructions, outputs", error.Facts, StringComparison.Ordinal);
        Assert.Contains("nearest: ", error.Facts, StringComparison.Ordinal);
        Assert.Contains("alpaca (instruction, input, output", error.Facts, StringComparison.Ordinal);
        Assert.Equal("f:1", error.Where);
    }

    [Fact]
    public void Detect_TwoFormatsFit_AsksForOne() =>
        Assert.Contains("alpaca and text fit", Assert.Throws<DatasetFormatException>(() => FormatDetection.Detect(Json("""{"instruction":"q","output":"a","text":"qa"}"""), SmallModel.Registry, "f:1")).Facts, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"prompt":"q","chosen":"a","rejected":"b"}""")]
    [InlineData("""{"prompt":"q","completion":"a","label":true}""")]
    public void Detect_PreferenceData_IsRefused(string row) =>
        Assert.Contains("preference", Assert.Throws<DatasetFormatException>(() => FormatDetection.Detect(Json(row), SmallModel.Registry, "f:1")).What, StringComparison.Ordinal);

    [Fact]
    public void Read_Alpaca_JoinsInstructionAndInputAfterSystemAndHistory()
    {
        TrainingRow row = new AlpacaFormat().Read(Json("""{"instruction":"Add.","input":"1 and 2","output":"3","system":"Be brief.","history":[["Hi","Hello"]]}"""));

        Assert.Equal("system:Be brief.|user:Hi|assistant:Hello|user:Add.\n1 and 2|assistant:3", Render(row));
        Assert.Null(((ConversationRow)row).PromptMessages);
    }

    [Fact]
    public void Read_AlpacaWithoutResponseColumn_IsPlainText() =>
        Assert.Equal(new TextRow(null, "once"), new AlpacaFormat { Prompt = "text", Response = null }.Read(Json("""{"text":"once"}""")));

    [Theory]
    [InlineData("""{"instruction":"q"}""", RowIssue.NoAnswer)]
    [InlineData("""{"instruction":"q","output":""}""", RowIssue.NoAnswer)]
    [InlineData("""{"instruction":"q","output":null}""", RowIssue.NoAnswer)]
    [InlineData("""{"output":"a"}""", RowIssue.Malformed)]
    [InlineData("""{"instruction":7,"output":"a"}""", RowIssue.Malformed)]
    [InlineData("""{"instruction":"q","output":"\ud800"}""", RowIssue.Malformed)]
    [InlineData("""{"instruction":"q","output":"a","history":[["x"]]}""", RowIssue.Malformed)]
    [InlineData("""{"instruction":"q","output":"a","images":["1.png"]}""", RowIssue.Media)]
    public void Read_AlpacaThatCannotBeTrained_SaysWhy(string row, RowIssue issue) =>
        Assert.Equal(issue, Assert.Throws<InvalidRowException>(() => new AlpacaFormat().Read(Json(row))).Issue);

    [Fact]
    public void Read_ShareGpt_TurnsCallsAndObservationsIntoToolMessages()
    {
        var row = (ConversationRow)new ShareGptFormat().Read(Json("""
            {"system":"s","tools":"[{\"name\":\"f\",\"parameters\":{}}]","conversations":[{"from":"human","value":"q"},
             {"from":"function_call","value":"{\"name\":\"f\",\"arguments\":{\"x\":1}}"},{"from":"observation","value":"{}"},{"from":"gpt","value":"a"}]}
            """));

        Assert.Equal("system:s|user:q|assistant:|tool:{}|assistant:a", Render(row));
        JsonElement call = row.Conversation.Messages[2].GetProperty("tool_calls")[0].GetProperty("function");
        Assert.Equal(("f", 1), (call.GetProperty("name").GetString(), call.GetProperty("arguments").GetProperty("x").GetInt32()));
        Assert.Equal("f", row.Conversation.Tools!.Value[0].GetProperty("function").GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("""{"conversations":[{"from":"robot","value":"q"}]}""")]
    [InlineData("""{"conversations":[{"from":"human"}]}""")]
    [InlineData("""{"conversations":[{"from":"human","value":"q"},{"from":"function_call","value":"f(1)"}]}""")]
    [InlineData("""{"conversations":"q"}""")]
    [InlineData("""{"conversations":[{"from":"human","value":"q"}],"tools":"{}"}""")]
    public void Read_MalformedShareGpt_Throws(string row) =>
        Assert.Equal(RowIssue.Malformed, Assert.Throws<InvalidRowException>(() => new ShareGptFormat().Read(Json(row))).Issue);

    [Fact]
    public void Read_MessagesWithParts_JoinsTextAndKeepsReasoningAndCalls()
    {
        var row = (ConversationRow)new MessagesFormat().Read(Json("""
            {"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","value":"b"}]},
             {"role":"assistant","content":[{"type":"reasoning","value":"hm"},{"type":"tool_call","value":"{\"name\":\"f\",\"arguments\":\"{}\"}"}]},
             {"role":"tool","content":"1","name":"f"},{"role":"assistant","content":"done"}],"chat_template_kwargs":{"k":true}}
            """));

        Assert.Equal("user:ab|assistant:|tool:1|assistant:done", Render(row));
        Assert.Equal("hm", row.Conversation.Messages[1].GetProperty("reasoning_content").GetString());
        Assert.Equal("f", row.Conversation.Messages[1].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("name").GetString());
        Assert.Equal("f", row.Conversation.Messages[2].GetProperty("name").GetString());
        Assert.Equal(JsonValueKind.True, row.Conversation.Variables["k"].ValueKind);
        Assert.True(row.Trained.IsEmpty);
    }

    [Fact]
    public void Read_MessagesWithLossWeights_SaysWhichAreTrained() =>
        Assert.Equal([false, false, true], ((ConversationRow)new MessagesFormat().Read(Json(
            """{"messages":[{"role":"user","content":"q","loss_weight":0.0},{"role":"assistant","content":"a","loss_weight":0},{"role":"assistant","content":"b","loss_weight":1.0}]}"""))).Trained);

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image_url","value":"1.png"}]}]}""", RowIssue.Media)]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"smell","value":"1"}]}]}""", RowIssue.Malformed)]
    [InlineData("""{"messages":[{"role":"assistant","content":"a","loss_weight":0.5}]}""", RowIssue.Malformed)]
    [InlineData("""{"messages":[{"content":"a"}]}""", RowIssue.Malformed)]
    [InlineData("""{"messages":[]}""", RowIssue.NoAnswer)]
    [InlineData("""{"other":1}""", RowIssue.Malformed)]
    public void Read_MessagesThatCannotBeTrained_SaysWhy(string row, RowIssue issue) =>
        Assert.Equal(issue, Assert.Throws<InvalidRowException>(() => new MessagesFormat().Read(Json(row))).Issue);

    [Fact]
    public void Read_MessagesWithOtherTags_UsesThem()
    {
        var format = new MessagesFormat { Messages = "turns", RoleTag = "who", ContentTag = "what", UserTag = "me", AssistantTag = "bot", System = "rules" };

        Assert.Equal("system:r|user:q|assistant:a", Render(format.Read(Json("""{"rules":"r","turns":[{"who":"me","what":"q"},{"who":"bot","what":"a"}]}"""))));
    }

    [Fact]
    public void Read_PromptCompletion_TakesTextsAndMessages()
    {
        var format = new PromptCompletionFormat();

        Assert.Equal(new TextRow("q", "a"), format.Read(Json("""{"prompt":"q","completion":"a"}""")));
        var row = (ConversationRow)format.Read(Json("""{"prompt":[{"role":"system","content":"s"},{"role":"user","content":"q"}],"completion":[{"role":"assistant","content":"a"}]}"""));
        Assert.Equal("system:s|user:q|assistant:a", Render(row));
        Assert.Equal(2, row.PromptMessages);
    }

    [Theory]
    [InlineData("""{"prompt":"q","completion":""}""", RowIssue.NoAnswer)]
    [InlineData("""{"prompt":"q","completion":null}""", RowIssue.NoAnswer)]
    [InlineData("""{"prompt":[],"completion":[]}""", RowIssue.NoAnswer)]
    [InlineData("""{"prompt":"q","completion":[{"role":"assistant","content":"a"}]}""", RowIssue.Malformed)]
    public void Read_PromptWithoutCompletion_SaysWhy(string row, RowIssue issue) =>
        Assert.Equal(issue, Assert.Throws<InvalidRowException>(() => new PromptCompletionFormat().Read(Json(row))).Issue);

    private static string Render(TrainingRow row) =>
        string.Join('|', ((ConversationRow)row).Conversation.Messages.EnumerateArray().Select(message => $"{message.GetProperty("role")}:{message.GetProperty("content")}"));

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
