using Hone.Data.Datasets;
using Hone.Data.Formats;

namespace Hone.Data.Tests.Datasets;

public sealed class SftEncoderTests
{
    private static readonly ConversationRow s_two = SmallModel.Row(("system", "s"), ("user", "q"), ("assistant", "one"), ("user", "r"), ("assistant", "two"));

    [Theory]
    [InlineData(LossOn.Auto, "one<e>|two<e>")]
    [InlineData(LossOn.Assistant, "one<e>|two<e>")]
    [InlineData(LossOn.LastAssistant, "two<e>")]
    [InlineData(LossOn.Completion, "two<e>\n")]
    [InlineData(LossOn.All, "<s>system\ns<e>\n<s>user\nq<e>\n<s>assistant\none<e>\n<s>user\nr<e>\n<s>assistant\ntwo<e>\n")]
    public void Encode_Conversation_TrainsWhatIsAskedForWithAndWithoutMarks(LossOn lossOn, string expected)
    {
        var options = new SftEncodingOptions { LossOn = lossOn };

        Assert.Equal(expected, SmallModel.Trained(SmallModel.Encoder(SmallModel.PlainTemplate, options).Encode(s_two).Example));
        Assert.Equal(expected, SmallModel.Trained(SmallModel.Encoder(SmallModel.MarkingTemplate, options).Encode(s_two).Example));
    }

    [Fact]
    public void Encode_PromptMessages_TrainsTheCompletionAlone()
    {
        ConversationRow row = s_two with { PromptMessages = 4 };

        Assert.Equal("two<e>\n", SmallModel.Trained(SmallModel.Encoder().Encode(row).Example));
        Assert.Equal("two<e>", SmallModel.Trained(SmallModel.Encoder(options: new SftEncodingOptions { LossOn = LossOn.Assistant }).Encode(row).Example));
    }

    [Theory]
    [InlineData(SmallModel.PlainTemplate)]
    [InlineData(SmallModel.MarkingTemplate)]
    public void Encode_RowThatLeavesATurnOut_DoesNotTrainIt(string template)
    {
        ConversationRow row = s_two with { Trained = [false, false, false, false, true] };

        Assert.Equal("two<e>", SmallModel.Trained(SmallModel.Encoder(template).Encode(row).Example));
    }

    [Fact]
    public void Encode_TemplateThatDropsEarlierThoughts_StillFindsEveryTurn()
    {
        // As with reasoning models: only the last turn has a thought, and the opening of a turn has an empty one.
        const string template =
            "{% for m in messages %}<s>{{ m.role }}\n{% if loop.last and m.role == 'assistant' %}<think>x<think>{% endif %}{{ m.content }}<e>\n{% endfor %}" +
            "{% if add_generation_prompt %}<s>assistant\n<think>{% endif %}";

        Assert.Equal("one<e>|x<think>two<e>", SmallModel.Trained(SmallModel.Encoder(template).Encode(s_two).Example));
    }

    [Fact]
    public void Encode_TemplateThatRewritesThePast_IsAnIssueOfTheRowWithAFix()
    {
        const string template = "{{ messages | length }}{% for m in messages %}<s>{{ m.role }}\n{{ m.content }}<e>\n{% endfor %}{% if add_generation_prompt %}<s>assistant\n{% endif %}";

        var error = Assert.Throws<InvalidRowException>(() => SmallModel.Encoder(template).Encode(s_two));

        Assert.Equal(RowIssue.TemplateFailed, error.Issue);
        Assert.Contains("{% generation %}", error.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_TemplateThatRefuses_SaysWhatItSaid()
    {
        const string template = "{% if messages[0].role == 'system' %}{{ raise_exception('no system please') }}{% endif %}{% for m in messages %}{{ m.content }}{% endfor %}";

        var error = Assert.Throws<InvalidRowException>(() => SmallModel.Encoder(template).Encode(s_two));

        Assert.Equal(RowIssue.TemplateFailed, error.Issue);
        Assert.Contains("no system please", error.Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_Text_EndsWithEosOnce()
    {
        SftEncoder encoder = SmallModel.Encoder();

        Assert.Equal("ab<eos>", SmallModel.Trained(encoder.Encode(new TextRow(null, "ab")).Example));
        Assert.Equal("ab<eos>", SmallModel.Trained(encoder.Encode(new TextRow(null, "ab<eos>")).Example));
        Assert.Equal("ab", SmallModel.Trained(SmallModel.Encoder(options: new SftEncodingOptions { AppendEos = false }).Encode(new TextRow(null, "ab")).Example));
    }

    [Fact]
    public void Encode_TextAfterPrompt_TrainsTheText()
    {
        SftExample example = SmallModel.Encoder().Encode(new TextRow("q: ", "ab")).Example;

        Assert.Equal("q: ab<eos>", SmallModel.Whole(example));
        Assert.Equal("ab<eos>", SmallModel.Trained(example));
    }

    [Fact]
    public void Encode_TextWithoutEosInTheModel_SaysWhatToDo()
    {
        var encoder = new SftEncoder(SmallModel.Tokenizer, null, new SftEncodingOptions());

        Assert.Contains("append_eos: false", Assert.Throws<DatasetFormatException>(() => encoder.Encode(new TextRow(null, "ab"))).Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_ConversationWithoutTemplate_SaysWhatToDo()
    {
        var encoder = new SftEncoder(SmallModel.Tokenizer, null, new SftEncodingOptions());

        Assert.Contains("chat_template.jinja", Assert.Throws<DatasetFormatException>(() => encoder.Encode(s_two)).Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Truncation.KeepStart, "abcd", "cd", 3)]
    [InlineData(Truncation.KeepEnd, "def<eos>", "def<eos>", 3)]
    public void Encode_TooLong_IsCutAfterLabelling(Truncation truncation, string whole, string trained, int cut)
    {
        EncodedExample encoded = SmallModel.Encoder(options: new SftEncodingOptions { MaxTokens = 4, Truncation = truncation }).Encode(new TextRow("ab", "cdef"));

        Assert.Equal((whole, trained, cut), (SmallModel.Whole(encoded.Example), SmallModel.Trained(encoded.Example), encoded.CutTokens));
    }

    [Theory]
    [InlineData(Truncation.Drop, true)]
    [InlineData(Truncation.Error, false)]
    public void Encode_TooLongAndNotToBeCut_Throws(Truncation truncation, bool isToBeDropped)
    {
        SftEncoder encoder = SmallModel.Encoder(options: new SftEncodingOptions { MaxTokens = 4, Truncation = truncation });

        var error = Assert.Throws<InvalidRowException>(() => encoder.Encode(new TextRow("ab", "cdef")));

        Assert.Equal((RowIssue.TooLong, isToBeDropped), (error.Issue, error.IsToBeDropped));
        Assert.Contains("7 tokens, at most 4", error.Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_AnswerCutOff_HasNothingToLearn() =>
        Assert.Equal(RowIssue.NothingToLearn, Assert.Throws<InvalidRowException>(() => SmallModel.Encoder(options: new SftEncodingOptions { MaxTokens = 2 }).Encode(new TextRow("ab", "cdef"))).Issue);

    [Theory]
    [InlineData("user,system,assistant")]
    [InlineData("assistant,user")]
    [InlineData("system,assistant")]
    [InlineData("user,user,assistant")]
    [InlineData("user,assistant,assistant")]
    [InlineData("user,tool,assistant")]
    public void Encode_RolesOutOfOrder_IsAnIssueUnlessAllowed(string roles)
    {
        ConversationRow row = SmallModel.Row([.. roles.Split(',').Select(role => (role, "x"))]);

        Assert.Equal(RowIssue.RolesOutOfOrder, Assert.Throws<InvalidRowException>(() => SmallModel.Encoder().Encode(row)).Issue);
        Assert.NotEmpty(SmallModel.Trained(SmallModel.Encoder(options: new SftEncodingOptions { CheckRoles = false }).Encode(row).Example));
    }

    [Theory]
    [InlineData("user,assistant,tool,assistant,user,assistant")]
    [InlineData("developer,user,assistant,tool,tool,assistant")]
    [InlineData("user,assistant,user")]
    public void Encode_RolesInOrder_AreAccepted(string roles) =>
        Assert.NotEmpty(SmallModel.Trained(SmallModel.Encoder().Encode(SmallModel.Row([.. roles.Split(',').Select(role => (role, "x"))])).Example));

    [Fact]
    public void Encode_NoAssistant_HasNoAnswer() =>
        Assert.Equal(RowIssue.NoAnswer, Assert.Throws<InvalidRowException>(() => SmallModel.Encoder().Encode(SmallModel.Row(("user", "q")))).Issue);

    [Theory]
    [InlineData("", "b", LossOn.Auto, 2)]
    [InlineData(" \n", "b", LossOn.Assistant, 2)]
    [InlineData("a", "", LossOn.LastAssistant, 4)]
    [InlineData("a", "", LossOn.Completion, 4)]
    public void Encode_AnEmptyMessageOfTheAssistant_HasNoAnswer(string first, string second, LossOn lossOn, int message)
    {
        ConversationRow row = SmallModel.Row(("user", "q"), ("assistant", first), ("user", "r"), ("assistant", second));

        var error = Assert.Throws<InvalidRowException>(() => SmallModel.Encoder(options: new SftEncodingOptions { LossOn = lossOn }).Encode(row));

        Assert.Equal(RowIssue.NoAnswer, error.Issue);
        Assert.Contains($"message {message},", error.Facts, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LossOn.LastAssistant, "b<e>")]
    [InlineData(LossOn.Completion, "b<e>\n")]
    public void Encode_AnEmptyMessageThatIsNotTrained_Passes(LossOn lossOn, string trained)
    {
        ConversationRow row = SmallModel.Row(("user", "q"), ("assistant", ""), ("user", "r"), ("assistant", "b"));

        Assert.Equal(trained, SmallModel.Trained(SmallModel.Encoder(options: new SftEncodingOptions { LossOn = lossOn }).Encode(row).Example));
        Assert.NotEmpty(SmallModel.Trained(SmallModel.Encoder().Encode(row with { Trained = [true, false, true, true] }).Example));
    }

    [Fact]
    public void Encode_ControlTokenInAMessage_IsTextWhenEscaped()
    {
        ConversationRow row = SmallModel.Row(("user", "a<e>b"), ("assistant", "ok"));
        int control = SmallModel.Tokenizer.IdOf("<e>")!.Value;

        Assert.Equal(3, SmallModel.Encoder().Encode(row).Example.InputIds.Count(id => id == control));
        SftExample escaped = SmallModel.Encoder(options: new SftEncodingOptions { EscapeControlTokens = true }).Encode(row).Example;
        Assert.Equal(2, escaped.InputIds.Count(id => id == control));
        Assert.Equal("ok<e>", SmallModel.Trained(escaped));
    }

    [Fact]
    public void Encode_PartsThatTheTemplateNeverMentions_AreNamed()
    {
        TrainingRow row = new ShareGptFormat().Read(System.Text.Json.JsonDocument.Parse("""
            {"tools":"[{\"name\":\"f\"}]","conversations":[{"from":"human","value":"q"},{"from":"function_call","value":"{\"name\":\"f\"}"},{"from":"observation","value":"1"},{"from":"gpt","value":"a"}]}
            """).RootElement);

        Assert.Equal(["tools", "tool_calls"], SmallModel.Encoder().Encode(row).Unwritten);
        Assert.Equal(["tools"], SmallModel.Encoder("{% for m in messages %}<s>{{ m.role }}\n{{ m.content }}{{ m.tool_calls | default('') }}<e>\n{% endfor %}{% if add_generation_prompt %}<s>assistant\n{% endif %}").Encode(row).Unwritten);
        Assert.Empty(SmallModel.Encoder().Encode(s_two).Unwritten);
    }

    [Fact]
    public void Encode_TemplateVariables_ReachTheTemplate()
    {
        const string template = "{% if loud %}!{% endif %}{{ tone }}{% for m in messages %}<s>{{ m.role }}\n{{ m.content }}<e>\n{% endfor %}";
        var options = new SftEncodingOptions { TemplateVariables = new Dictionary<string, string> { ["loud"] = "true", ["tone"] = "soft" } };

        Assert.StartsWith("!soft<s>user", SmallModel.Whole(SmallModel.Encoder(template, options).Encode(SmallModel.Row(("user", "q"), ("assistant", "a"))).Example), StringComparison.Ordinal);
    }
}
