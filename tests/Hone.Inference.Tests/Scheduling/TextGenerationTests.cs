using System.Text.Json;
using Hone.Inference.Constraints;
using Hone.Inference.Sampling;
using Hone.Models;
using Hone.Processors.Tokenizers;

namespace Hone.Inference.Tests.Scheduling;

/// <summary>What needs a tokenizer: texts, stop texts, constraints.</summary>
public sealed class TextGenerationTests
{
    private static readonly EngineOptions Options = new() { CacheBytes = 4 << 20 };
    private static readonly SamplingOptions Hot = new() { Temperature = 3 };

    [Fact]
    public void Text_Streamed_IsTheDecodedText()
    {
        using CausalLm model = TinyModel.Load();
        Tokenizer tokenizer = TinyTokenizer.Load();
        string streamed = "";
        var request = new GenerationRequest { PromptIds = [1, 2, 3], MaxTokens = 80, Sampling = Hot, OnUpdate = update => streamed += update.Text };

        GeneratedText text = Loops.Run(model, Options, [request], out _, tokenizer).Single().Texts.Single();

        Assert.Equal(tokenizer.Decode(text.Ids.AsSpan()), text.Text);
        Assert.Equal(text.Text, streamed);
    }

    [Fact]
    public void StopText_SpanningTokens_CutsTheTextAndKeepsTheTokens()
    {
        using CausalLm model = TinyModel.Load();
        Tokenizer tokenizer = TinyTokenizer.Load();
        var request = new GenerationRequest { PromptIds = [1, 2, 3], MaxTokens = 60, Sampling = Hot, Seed = 4 };
        string whole = Loops.Run(model, Options, [request], out _, tokenizer).Single().Texts[0].Text;
        string stop = whole.Substring(20, 3);
        string streamed = "";

        GeneratedText text = Loops.Run(model, Options, [request with { StopTexts = ["never there", stop], OnUpdate = update => streamed += update.Text }], out _, tokenizer).Single().Texts[0];

        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], text.Text);
        Assert.Equal(text.Text, streamed);
        Assert.Equal(stop, text.StopText);
        Assert.Equal(FinishReason.Stop, text.FinishReason);
        Assert.Contains(stop, tokenizer.Decode(text.Ids.AsSpan()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(25)]
    [InlineData(60)]
    public void Constraints_AnyTokensLeft_EndInAcceptedTexts(int more)
    {
        using CausalLm model = TinyModel.Load();
        Tokenizer tokenizer = TinyTokenizer.Load();
        Constraint schema = Constraint.JsonSchema("""{"type": "object", "properties": {"abc": {"type": "string"}, "the": {"type": "array", "items": {"type": "integer"}}}, "required": ["abc", "the"]}""");
        Constraint regex = Constraint.Regex("(the|in){2,}[.!]"), choices = Constraint.Choices(["yes", "no", "日本"]);
        GenerationRequest[] requests = [.. Enumerable.Range(0, 12).Select(i => new GenerationRequest
        {
            PromptIds = [.. TinyModel.Prompt((ulong)i, 6)],
            Constraint = (i % 3) switch { 0 => schema, 1 => regex, _ => choices },
            MaxTokens = 16 + more,
            Sampling = i < 6 ? Hot : SamplingOptions.Greedy,
            Seed = (ulong)i,
        })];

        List<GenerationResult> results = Loops.Run(model, Options with { MaxSequences = 5 }, requests, out _, tokenizer, TinyTokenizer.End);

        for (int i = 0; i < results.Count; i++)
        {
            Assert.Null(results[i].Error);
            Assert.True(results[i].Texts[0].Ids.Length <= 16 + more);
            Assert.True(Constraints.Texts.Accepts(requests[i].Constraint!, results[i].Texts[0].Text), results[i].Texts[0].Text);
            if (i % 3 == 0)
            {
                using JsonDocument json = JsonDocument.Parse(results[i].Texts[0].Text);
            }
        }

        Assert.Equal(Loops.Bits(results[3]), Loops.Bits(Loops.Run(model, Options, [requests[3]], out _, tokenizer, TinyTokenizer.End).Single()));
    }

    [Fact]
    public void Constraint_TooFewTokens_SaysHowManyItTakes()
    {
        using CausalLm model = TinyModel.Load();
        var request = new GenerationRequest { PromptIds = [1], Constraint = Constraint.Choices(["abcxyz"]), MaxTokens = 3 };

        GenerationResult result = Loops.Run(model, Options, [request], out _, TinyTokenizer.Load()).Single();

        Assert.Contains("takes 4 tokens, 3 are allowed", result.Error?.Message, StringComparison.Ordinal); // abc x y z
    }

    [Fact]
    public void TokenBytes_ByteLevelVocabulary_AreItsBytes()
    {
        byte[][] bytes = TokenBytes.Of(TinyTokenizer.Load(), TinyModel.Vocabulary);

        for (int value = 0; value < 256; value++)
        {
            Assert.Equal([(byte)value], bytes[value]);
        }

        Assert.Equal("the"u8.ToArray(), bytes[257]);
        Assert.Equal(" a"u8.ToArray(), bytes[259]);
        Assert.Empty(bytes[TinyTokenizer.End]);
        Assert.Empty(bytes[280]);
    }
}
