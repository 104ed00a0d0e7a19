using System.Text.Json;
using Hone.Core.Recipes;
using Hone.Data;
using Hone.Processors.ChatTemplates;
using Hone.Processors.Tokenizers;

namespace Hone.Pipelines.Tests.Stages;

public sealed class TokenizerStageTests : IDisposable
{
    private const string Rows = """
        {"messages":[{"role":"user","content":"How many apples are 12 apples and 34 apples?"},{"role":"assistant","content":"12 + 34 = 46\n#### 46"}],"skill":"addition","answer":"46"}
        {"messages":[{"role":"user","content":"How many apples are left of 90 apples?"},{"role":"assistant","content":"All the apples are left.\n#### 90"}],"skill":"x","answer":"90"}

        """;

    private readonly RecipeRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Run_Conversations_GiveATokenizerThatReadsThemBack()
    {
        Tokenizer tokenizer = TokenizerLoader.Load(Train("vocab_size: 285"));

        string text = "How many apples are 1207 apples?\n#### 1207";
        int[] ids = tokenizer.EncodeIds(text);

        Assert.Equal(285, tokenizer.VocabularySize);
        Assert.Equal(text, tokenizer.Decode(ids));
        Assert.Equal(["1", "2", "0", "7"], tokenizer.EncodeIds("1207").Select(id => tokenizer.TokenOf(id)!));
        Assert.Contains(tokenizer.IdOf("Ġapples")!.Value, ids);
        Assert.Equal("<|im_end|>", tokenizer.Special.Eos);
        Assert.Equal("<|endoftext|>", tokenizer.Special.Pad);
        Assert.Equal(2, _run.Counts["tok"]["rows_read"]);
        Assert.Equal(4, _run.Counts["tok"]["texts"]);
    }

    [Fact]
    public void Template_RendersTurns_AndMarksTheAssistantsText()
    {
        string folder = Train("vocab_size: 300");
        Tokenizer tokenizer = TokenizerLoader.Load(folder);
        ChatTemplate template = ChatTemplateSet.Load(folder).Select();
        JsonElement messages = JsonDocument.Parse("""[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},{"role":"assistant","content":"Yes: 7"}]""").RootElement;

        TokenizedChat chat = new ChatTokenizer(template, tokenizer).Tokenize(new Conversation { Messages = messages });
        RenderedChat prompt = template.Render(new Conversation { Messages = JsonDocument.Parse("""[{"role":"user","content":"Hi"}]""").RootElement, AddGenerationPrompt = true });

        Assert.Equal("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYes: 7<|im_end|>\n", template.Render(new Conversation { Messages = messages }).Text);
        Assert.Equal("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", prompt.Text);
        int[] marked = [.. chat.Ids.Where((_, i) => chat.AssistantMask[i])];
        Assert.Equal("Yes: 7<|im_end|>", tokenizer.Decode(marked, skipSpecialTokens: false));
    }

    [Fact]
    public void Template_UnknownRole_IsRefused()
    {
        ChatTemplate template = ChatTemplateSet.Load(Train("vocab_size: 300")).Select();
        JsonElement messages = JsonDocument.Parse("""[{"role":"tool","content":"x"}]""").RootElement;

        TemplateException error = Assert.Throws<TemplateException>(() => template.Render(new Conversation { Messages = messages }));

        Assert.Contains("system, user and assistant", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_LargerVocabularyThanTheDataGives_Warns()
    {
        Train("vocab_size: 5000");

        Assert.Contains(_run.Warnings, warning => warning.Contains("fewer than vocab_size 5000", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_SpecialTokens_AreNeverSplit()
    {
        Tokenizer tokenizer = TokenizerLoader.Load(Train("vocab_size: 300, special_tokens: [<|tool|>]"));

        Assert.Equal([3], tokenizer.EncodeIds("<|tool|>"));
    }

    [Fact]
    public void Run_RowWithoutMessages_SaysWhere()
    {
        string rows = _run.Write("bad.jsonl", Rows + "{\"messages\":\"none\"}\n");

        DatasetFormatException error = Assert.Throws<DatasetFormatException>(() => _run.Stages($"  tok: {{ type: tokenizer, inputs: [{rows}], vocab_size: 300 }}"));

        Assert.EndsWith("bad.jsonl:3", error.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("special_tokens: [<|im_end|>]", "there twice")]
    [InlineData("vocab_size: 259, special_tokens: [<|a|>]", "give at least 260")]
    [InlineData("inputs: []", "at least 1 item")]
    public void Recipe_WithAMistake_IsRefused(string options, string expected)
    {
        string inputs = options.StartsWith("inputs", StringComparison.Ordinal) ? "" : $"inputs: [{_run.Write("rows.jsonl", Rows)}], ";

        RecipeException error = Assert.Throws<RecipeException>(() => _run.Stages($"  tok: {{ type: tokenizer, {inputs}{options} }}"));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private string Train(string options) =>
        Path.Combine(_run.Stages($"  tok: {{ type: tokenizer, inputs: [{_run.Write("rows.jsonl", Rows)}], {options} }}"), "tok");
}
