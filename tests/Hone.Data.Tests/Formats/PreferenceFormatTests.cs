using System.Text.Json;
using Hone.Data.Datasets;
using Hone.Data.Formats;

namespace Hone.Data.Tests.Formats;

/// <summary>Pairs and marked answers in the formats of TRL and LLaMA-Factory.</summary>
public sealed class PreferenceFormatTests
{
    private const string Question = """[{"role":"user","content":"q"}]""";

    [Theory]
    [InlineData("preference", """{"prompt":"q","chosen":"a","rejected":"b"}""")]
    [InlineData("preference", """{"chosen":"q a","rejected":"q b"}""")]
    [InlineData("preference", """{"prompt":[{"role":"user","content":"q"}],"chosen":[{"role":"assistant","content":"a"}],"rejected":[{"role":"assistant","content":"b"}]}""")]
    [InlineData("preference", """{"prompt":"q","prompt_id":"7","chosen":[{"role":"user","content":"q"}],"rejected":[{"role":"user","content":"q"}],"messages":[]}""")]
    [InlineData("alpaca-ranking", """{"instruction":"q","input":"","chosen":"a","rejected":"b"}""")]
    [InlineData("sharegpt-ranking", """{"conversations":[{"from":"human","value":"q"}],"chosen":{"from":"gpt","value":"a"},"rejected":{"from":"gpt","value":"b"}}""")]
    [InlineData("feedback", """{"prompt":"q","completion":"a","label":true}""")]
    [InlineData("alpaca-kto", """{"instruction":"q","output":"a","kto_tag":false}""")]
    [InlineData("sharegpt-kto", """{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}],"kto_tag":true}""")]
    public void Detect_RowsOfEachFormat_FindsIt(string name, string row) =>
        Assert.Equal(name, FormatDetection.Detect(Json(row), SmallModel.Registry, "f:1", [RowContent.Feedback, RowContent.Pair]).Name);

    [Theory]
    [InlineData("""{"prompt":"q","completion":"a"}""", "prompt-completion")]
    [InlineData("""{"messages":[{"role":"user","content":"q"}]}""", "messages")]
    [InlineData("""{"prompt":"q","completion":"a","label":true}""", "kto")]
    public void Detect_RowsThatAreNoPairs_SaysWhatTheyAre(string row, string expected)
    {
        var error = Assert.Throws<DatasetFormatException>(() => FormatDetection.Detect(Json(row), SmallModel.Registry, "f:1", [RowContent.Pair]));

        Assert.Contains("do not say which answers are better", error.What, StringComparison.Ordinal);
        Assert.Contains(expected, error.Facts + error.Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"prompt":"q","chosen":"a","rejected":"b"}""", "q", "a", "b")]
    [InlineData("""{"chosen":"The sky is blue.","rejected":"The sky is green."}""", "The sky is", " blue.", " green.")] // TRL's own example: the space goes to the answers
    [InlineData("""{"chosen":"2+2=4","rejected":"2+2=5"}""", "2+2=", "4", "5")]
    public void Read_Texts_GivesTheirPrompt(string row, string prompt, string chosen, string rejected) =>
        Assert.Equal(new PairRow(new TextRow(prompt, chosen), new TextRow(prompt, rejected)), new PreferenceFormat().Read(Json(row)));

    [Theory]
    [InlineData("\"prompt\":" + Question + ",")]
    [InlineData("")]
    [InlineData("\"prompt\":\"q\",")]
    public void Read_Messages_ExplicitImplicitOrRepeated_GiveTheSame(string prompt)
    {
        string begin = prompt.Contains('[', StringComparison.Ordinal) ? "" : """{"role":"user","content":"q"},""";
        var pair = (PairRow)new PreferenceFormat().Read(Json($$"""{{{prompt}}"chosen":[{{begin}}{"role":"assistant","content":"a"}],"rejected":[{{begin}}{"role":"assistant","content":"b"}]}"""));

        Assert.Equal(("user:q|assistant:a", "user:q|assistant:b"), (Render(pair.Chosen), Render(pair.Rejected)));
        Assert.Equal((1, 1), (((ConversationRow)pair.Chosen).PromptMessages, ((ConversationRow)pair.Rejected).PromptMessages));
    }

    [Fact]
    public void Read_ConversationsThatPartLate_HaveThatMuchPrompt()
    {
        var pair = (PairRow)new PreferenceFormat().Read(Json("""
            {"chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"a"},{"role":"user","content":"r"},{"role":"assistant","content":"b"}],
             "rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"a"},{"role":"user","content":"r"},{"role":"assistant","content":"c"}]}
            """));

        Assert.Equal(3, ((ConversationRow)pair.Chosen).PromptMessages);
    }

    [Theory]
    [InlineData("""{"prompt":"q","chosen":"a"}""", RowIssue.NoAnswer)]
    [InlineData("""{"prompt":"q","chosen":"","rejected":"b"}""", RowIssue.NoAnswer)]
    [InlineData("""{"prompt":"q","chosen":"a","rejected":null}""", RowIssue.NoAnswer)]
    [InlineData("""{"chosen":"a","rejected":"b"}""", RowIssue.Malformed)]                 // nothing in common
    [InlineData("""{"chosen":"q","rejected":"q and more"}""", RowIssue.NoAnswer)]         // all of one is the prompt
    [InlineData("""{"chosen":"q a","rejected":"q a"}""", RowIssue.EqualAnswers)]
    [InlineData("""{"prompt":"q","chosen":"a","rejected":[]}""", RowIssue.NoAnswer)]
    [InlineData("""{"prompt":"q","chosen":"a","rejected":[{"role":"assistant","content":"b"}]}""", RowIssue.Malformed)]
    [InlineData("""{"prompt":7,"chosen":"a","rejected":"b"}""", RowIssue.Malformed)]
    [InlineData("""{"prompt":"other","chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"b"}]}""", RowIssue.Malformed)]
    [InlineData("""{"chosen":[{"role":"assistant","content":"a"}],"rejected":[{"role":"assistant","content":"b"}]}""", RowIssue.Malformed)]
    public void Read_PairsThatAreNone_SaysWhy(string row, RowIssue issue) =>
        Assert.Equal(issue, Assert.Throws<InvalidRowException>(() => new PreferenceFormat().Read(Json(row))).Issue);

    [Fact]
    public void Read_AlpacaRanking_AnswersTheSameQuestionTwice()
    {
        var pair = (PairRow)new AlpacaRankingFormat().Read(Json("""{"instruction":"Add.","input":"1 and 2","chosen":"3","rejected":"4","system":"Be brief.","history":[["Hi","Hello"]]}"""));

        Assert.Equal("system:Be brief.|user:Hi|assistant:Hello|user:Add.\n1 and 2|assistant:3", Render(pair.Chosen));
        Assert.Equal("system:Be brief.|user:Hi|assistant:Hello|user:Add.\n1 and 2|assistant:4", Render(pair.Rejected));
        Assert.Equal(4, ((ConversationRow)pair.Chosen).PromptMessages);
    }

    [Fact]
    public void Read_ShareGptRanking_AddsTheMessages()
    {
        var pair = (PairRow)new ShareGptRankingFormat().Read(Json("""{"conversations":[{"from":"human","value":"q"}],"chosen":{"from":"gpt","value":"a"},"rejected":{"from":"gpt","value":"b"}}"""));

        Assert.Equal(("user:q|assistant:a", "user:q|assistant:b"), (Render(pair.Chosen), Render(pair.Rejected)));
        Assert.Equal(RowIssue.NoAnswer, Assert.Throws<InvalidRowException>(() => new ShareGptRankingFormat().Read(Json("""{"conversations":[{"from":"human","value":"q"}],"chosen":{"from":"gpt","value":""},"rejected":{"from":"gpt","value":"b"}}"""))).Issue);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("1", true)]
    [InlineData("\"False\"", false)] // from a table
    public void Read_Feedback_KnowsGoodFromBad(string label, bool expected)
    {
        var row = (FeedbackRow)new FeedbackFormat().Read(Json($$"""{"prompt":"q","completion":"a","label":{{label}}}"""));

        Assert.Equal(new FeedbackRow(new TextRow("q", "a"), expected), row);
        Assert.Equal(expected, ((FeedbackRow)new AlpacaKtoFormat().Read(Json($$"""{"instruction":"q","output":"a","kto_tag":{{label}}}"""))).IsDesirable);
        var shareGpt = (FeedbackRow)new ShareGptKtoFormat().Read(Json($$"""{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}],"kto_tag":{{label}}}"""));
        Assert.Equal(("user:q|assistant:a", expected), (Render(shareGpt.Answer), shareGpt.IsDesirable));
    }

    [Theory]
    [InlineData("""{"prompt":"q","completion":"a","label":"good"}""", RowIssue.Malformed)]
    [InlineData("""{"prompt":"q","completion":"a","label":null}""", RowIssue.Malformed)]
    [InlineData("""{"prompt":"q","completion":"a","label":0.5}""", RowIssue.Malformed)]
    [InlineData("""{"prompt":"q","completion":"","label":true}""", RowIssue.NoAnswer)]
    public void Read_FeedbackThatIsNone_SaysWhy(string row, RowIssue issue) =>
        Assert.Equal(issue, Assert.Throws<InvalidRowException>(() => new FeedbackFormat().Read(Json(row))).Issue);

    [Fact]
    public void Read_ShareGptThatEndsWithTheUser_HasNoAnswer() =>
        Assert.Equal(RowIssue.NoAnswer, Assert.Throws<InvalidRowException>(() => new ShareGptKtoFormat().Read(Json("""{"conversations":[{"from":"human","value":"q"}],"kto_tag":true}"""))).Issue);

    private static JsonElement Json(string json) => JsonSerializer.Deserialize<JsonElement>(json);

    private static string Render(TrainingRow row) => string.Join('|', ((ConversationRow)row).Conversation.Messages.EnumerateArray().Select(message => $"{message.GetProperty("role")}:{message.GetProperty("content")}"));
}
