using System.Collections.Immutable;
using Hone.Inference.Scheduling;
using Hone.Models;
using Hone.Models.Nn;
using Hone.Processors.Tokenizers;
using Hone.Tensors;
using Hone.Tensors.Autograd;

namespace Hone.Inference.Tests.Scheduling;

/// <summary>Runs requests through a loop on the calling thread.</summary>
internal static class Loops
{
    /// <summary>Bytes of so many pages of the tiny model's cache.</summary>
    public static long Pages(CausalLm model, int pages, EngineOptions? options = null) => pages * ModelRunner.ShapeOf(model, options ?? new EngineOptions(), 1).PageBytes;

    /// <summary>All results, in the order of the requests.</summary>
    public static List<GenerationResult> Run(CausalLm model, EngineOptions options, params IReadOnlyList<GenerationRequest> requests) => Run(model, options, requests, out _);

    /// <inheritdoc cref="Run(CausalLm, EngineOptions, IReadOnlyList{GenerationRequest})"/>
    public static List<GenerationResult> Run(
        CausalLm model, EngineOptions options, IReadOnlyList<GenerationRequest> requests, out EngineStatistics statistics, Tokenizer? tokenizer = null, params int[] ends)
    {
        using var loop = new GenerationLoop(model, tokenizer, ends, options);
        var results = new GenerationResult[requests.Count];
        for (int i = 0; i < requests.Count; i++)
        {
            int place = i;
            loop.Add(requests[i], result =>
            {
                Assert.Null(results[place]);
                results[place] = result;
            });
        }

        while (!loop.IsIdle)
        {
            loop.Step();
        }

        Assert.DoesNotContain(results, result => result is null);
        statistics = loop.Statistics;
        Assert.Equal(0, statistics.UsedPages);
        return [.. results];
    }

    /// <summary>A greedy continuation by computing the whole text anew for every token, without the engine.</summary>
    public static ImmutableArray<int> Greedy(CausalLm model, IEnumerable<int> prompt, int tokens)
    {
        List<int> text = [.. prompt];
        int start = text.Count;
        for (int i = 0; i < tokens; i++)
        {
            float[] logits = Logits(model, text);
            text.Add(Array.IndexOf(logits, logits.Max()));
        }

        return [.. text.Skip(start)];
    }

    /// <summary>The logits behind a text, without the engine.</summary>
    public static float[] Logits(CausalLm model, List<int> text)
    {
        using var scope = TensorScope.Begin("test");
        using GradMode noGrad = GradMode.NoGrad();
        Tensor hidden = model.Forward(Tensor.From(text.ToArray(), text.Count), PackedAttentionContext.FromLengths(text.Count));
        return model.Logits(Ops.Slice(hidden, 0, text.Count - 1, 1)).ToArray<float>();
    }

    /// <summary>Everything of a result that must not depend on the engine's circumstances, down to the last bit.</summary>
    public static string Bits(GenerationResult result) => string.Join('\n', result.Texts.Select(text =>
        $"{text.Sample} {text.FinishReason}: {string.Join(' ', text.Ids)} | {string.Join(' ', text.Scores.Select(s => $"{s.Token.LogProbability:R}:{string.Join(',', s.Alternatives.Select(a => $"{a.Token}={a.LogProbability:R}"))}"))}"))
        + $"\nprompt {string.Join(' ', result.PromptScores.Select(s => $"{s.Token.LogProbability:R}"))} {result.Error?.Message}";

    /// <summary>Requests of many kinds.</summary>
    public static List<GenerationRequest> Mixed(int count, ulong seed = 1) => [.. Enumerable.Range(0, count).Select(i => new GenerationRequest
    {
        Id = $"{i}",
        PromptIds = [.. TinyModel.Prompt(seed, i % 3 * 20), .. TinyModel.Prompt(seed + (ulong)i + 100, 1 + (i * 7 % 30))],
        MaxTokens = 5 + (i * 5 % 40),
        Seed = (ulong)i,
        Samples = i % 4 == 3 ? 3 : 1,
        LogProbabilities = i % 5 == 0 ? 2 : 0,
        PromptLogProbabilities = i % 6 == 1 ? 0 : null,
        Sampling = (i % 3) switch
        {
            0 => Inference.Sampling.SamplingOptions.Greedy,
            1 => new() { Temperature = 1.3 },
            _ => new() { Temperature = 0.9, TopK = 12, TopP = 0.9, RepetitionPenalty = 1.1 },
        },
    })];
}
