using System.Diagnostics;
using Hone.Core.Random;
using Hone.Inference.Scheduling;
using Hone.Models;

namespace Hone.Inference.Benchmarking;

/// <summary>Measures how fast a model reads prompts and writes tokens through the engine, everything but text included.</summary>
public static class GenerationBenchmark
{
    private const ulong Seed = 1;

    /// <summary>Measures reading: prompts of random tokens, one at a time, up to the first generated token.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">The engine's sizes; prefixes are not shared.</param>
    /// <param name="promptTokens">Length of a prompt.</param>
    /// <param name="rounds">How often, after one round that is not counted.</param>
    /// <param name="cancellation">Stops between two rounds.</param>
    public static GenerationFigure Prefill(CausalLm model, EngineOptions options, int promptTokens, int rounds, CancellationToken cancellation = default)
    {
        using var loop = new GenerationLoop(model, null, [], options with { SharesPrefixes = false });
        return Measure("prefill", batch: 1, promptTokens, rounds, round =>
        {
            Add(loop, promptTokens, maxTokens: 1, round);
            long start = Stopwatch.GetTimestamp();
            Drain(loop);
            return Stopwatch.GetElapsedTime(start);
        }, cancellation);
    }

    /// <summary>Measures writing: several texts side by side, from their second token on.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">The engine's sizes; prefixes are not shared.</param>
    /// <param name="batch">Texts at the same time.</param>
    /// <param name="promptTokens">Length of each prompt.</param>
    /// <param name="tokens">Tokens of each text that are counted.</param>
    /// <param name="rounds">How often, after one round that is not counted.</param>
    /// <param name="cancellation">Stops between two rounds.</param>
    public static GenerationFigure Decode(
        CausalLm model, EngineOptions options, int batch, int promptTokens, int tokens, int rounds, CancellationToken cancellation = default)
    {
        using var loop = new GenerationLoop(model, null, [], options with { SharesPrefixes = false, MaxSequences = Math.Max(batch, options.MaxSequences) });
        return Measure("decode", batch, batch * tokens, rounds, round =>
        {
            // Texts get ahead of others that still read their prompts: what counts is the time in which all of them write.
            int waiting = batch, finished = 0, ahead = (batch * promptTokens / options.MaxStepTokens) + batch;
            for (int i = 0; i < batch; i++)
            {
                bool hasBegun = false;
                Add(loop, promptTokens, tokens + 1 + ahead, (round * batch) + i, () => finished++, () =>
                {
                    waiting -= hasBegun ? 0 : 1;
                    hasBegun = true;
                });
            }

            StepWhile(loop, () => waiting > 0);
            long before = loop.Statistics.GeneratedTokens, start = Stopwatch.GetTimestamp();
            StepWhile(loop, () => finished == 0 && loop.Statistics.GeneratedTokens - before < (long)batch * tokens);
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            long written = loop.Statistics.GeneratedTokens - before;
            Drain(loop);
            return time * ((double)(batch * tokens) / written);
        }, cancellation);
    }

    private static GenerationFigure Measure(string phase, int batch, int tokens, int rounds, Func<int, TimeSpan> run, CancellationToken cancellation)
    {
        run(0);
        double[] rates = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            rates[round] = tokens / run(round + 1).TotalSeconds;
        }

        Array.Sort(rates);
        return new GenerationFigure(phase, batch, tokens, rates[rounds / 2], rates[0], rates[^1]);
    }

    private static void Add(GenerationLoop loop, int promptTokens, int maxTokens, int number, Action? onEnd = null, Action? onToken = null)
    {
        RandomStream random = new RandomStream(Seed, "benchmark").CreateChild($"{number}");
        int[] prompt = [.. Enumerable.Range(0, promptTokens).Select(_ => random.NextInt32(loop.VocabularySize))];
        loop.Add(new GenerationRequest { PromptIds = [.. prompt], MaxTokens = maxTokens, IgnoresEndTokens = true, OnUpdate = onToken is null ? null : _ => onToken() }, result =>
        {
            if (result.Error is { } error)
            {
                throw error;
            }

            onEnd?.Invoke();
        });
    }

    private static void Drain(GenerationLoop loop) => StepWhile(loop, () => true);

    private static void StepWhile(GenerationLoop loop, Func<bool> condition)
    {
        while (!loop.IsIdle && condition())
        {
            loop.Step();
        }
    }
}
