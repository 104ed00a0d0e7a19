using System.Collections.Immutable;
using Hone.Core.Random;
using Hone.Core.Runs;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Inference.Tests;
using Hone.Models.Adapters;
using Hone.Training.Adapters;
using Hone.Training.References;
using Hone.Training.Trainers;

namespace Hone.Training.Tests;

/// <summary>A small model with an adapter, and answers to train it on as examples of random tokens.</summary>
internal sealed class PreferenceRun(LoraOptions? lora = null, ulong seed = 3) : RecordedRun(lora ?? new LoraOptions { Rank = 4 }, seed)
{
    /// <summary>The adapter, which there always is.</summary>
    public new LoraAdapter Adapter => base.Adapter!;

    public string References => Path.Combine(Folder, "reference");

    /// <summary>Prompts of 2 to 5 tokens with answers of 1 to 6; the same number and seed give the same ones. Neighbours 2i and 2i + 1 share their prompt.</summary>
    public static SftExample[] Examples(int count, ulong seed = 1) => [.. Enumerable.Range(0, count).Select(i =>
    {
        RandomStream ofPrompt = new(seed, $"prompt {i / 2}"), ofAnswer = new(seed, $"answer {i}");
        int[] prompt = [.. Enumerable.Range(0, 2 + ofPrompt.NextInt32(4)).Select(_ => ofPrompt.NextInt32(TinyModel.Vocabulary))];
        int[] answer = [.. Enumerable.Range(0, 1 + ofAnswer.NextInt32(6)).Select(_ => ofAnswer.NextInt32(TinyModel.Vocabulary))];
        return new SftExample([.. prompt, .. answer], [.. prompt.Select(_ => SftExample.IgnoreIndex), .. answer]);
    })];

    public static SequenceBatch Join(IEnumerable<SftExample> examples) => SequenceCollator.Collate([.. examples.Select((example, i) => new SequencePiece(example, i + 1))]);

    /// <summary>Values under the model without its adapter.</summary>
    public ImmutableArray<float> Reference(SftExample[] examples) =>
        new ReferenceScorer(Model, Adapter, new PhysicalFileSystem(), References).Score($"set{examples.Length}", "key", examples.Length, i => examples[i]).Sums;

    /// <summary>Micro-batches of neighbouring pairs.</summary>
    public static PairBatch[] Pairs(SftExample[] examples, ImmutableArray<float> reference, int pairsPerBatch) => [.. Enumerable.Range(0, examples.Length / 2).Chunk(pairsPerBatch).Select(pairs =>
    {
        int[] order = [.. pairs.Select(pair => 2 * pair), .. pairs.Select(pair => (2 * pair) + 1)];
        return new PairBatch(Join(order.Select(i => examples[i])), reference.IsEmpty ? [] : [.. order.Select(i => reference[i])]);
    })];

    /// <summary>Micro-batches of single answers, every third of them bad, with the answer of the pair after next as the other prompt's.</summary>
    public static FeedbackBatch[] Feedback(SftExample[] examples, Func<SftExample[], ImmutableArray<float>> reference, int perBatch)
    {
        SftExample[] mismatched = [.. examples.Select((example, i) =>
        {
            SftExample other = examples[(i + 4) % examples.Length];
            int prompt = example.Labels.Count(label => label == SftExample.IgnoreIndex), start = other.Labels.Count(label => label == SftExample.IgnoreIndex);
            return new SftExample([.. example.InputIds[..prompt], .. other.InputIds[start..]], [.. example.Labels[..prompt], .. other.InputIds[start..]]);
        })];
        ImmutableArray<float> all = reference([.. examples, .. mismatched]);
        return [.. Enumerable.Range(0, examples.Length).Chunk(perBatch).Select(rows => new FeedbackBatch(
            Join(rows.Select(i => examples[i])), [.. rows.Select(i => i % 3 != 0)], [.. rows.Select(i => all[i])],
            Join(rows.Select(i => mismatched[i])), [.. rows.Select(i => all[examples.Length + i])]))];
    }
}
