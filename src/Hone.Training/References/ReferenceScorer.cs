using Hone.Core.Runs;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Tensors;
using Hone.Tensors.Autograd;
using Hone.Training.Trainers;

namespace Hone.Training.References;

/// <summary>Computes once how likely the model before its training finds answers, and keeps the result in files: a resumed run reads them.</summary>
/// <remarks>
/// <para>The reference is the model without its adapter, or with the weights it was loaded with: call <see cref="Score"/> before the first step and before a
/// saved state is restored. A sequence's value has the same bits whatever sequences it is computed with.</para>
/// <para>Each file holds <see cref="PartSequences"/> sequences and appears whole or not at all, so that an interruption costs at most one of them.</para>
/// </remarks>
public sealed class ReferenceScorer
{
    /// <summary>Sequences of a file.</summary>
    public const int PartSequences = 256;

    private const int BatchTokens = 4096; // without gradients an activation lives as long as its layer: 4,096 tokens are some 100 MB at 2,048 features

    private readonly CausalLm _model;
    private readonly LoraAdapter? _adapter;
    private readonly IFileSystem _files;
    private readonly string _folder;

    /// <summary>Prepares to compute.</summary>
    /// <param name="model">The model, loaded for training.</param>
    /// <param name="adapter">The adapter attached to it, which is taken off meanwhile.</param>
    /// <param name="files">File operations.</param>
    /// <param name="folder">Where the files are kept; made when needed.</param>
    public ReferenceScorer(CausalLm model, LoraAdapter? adapter, IFileSystem files, string folder)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(files);
        _model = model;
        _adapter = adapter;
        _files = files;
        _folder = folder;
    }

    /// <summary>Told the number of sequences done so far, after each file.</summary>
    public Action<int>? OnProgress { get; init; }

    /// <summary>Told what does not stop the run, but should be known: files that are damaged or of other data.</summary>
    public Action<string>? OnWarning { get; init; }

    /// <summary>How many sequences, at least one, are computed together at first.</summary>
    /// <param name="lengths">Their tokens.</param>
    public static int CountWithinBatch(IReadOnlyList<int> lengths)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        return TokenBudget.CountWithin(Math.Min(lengths.Count, PartSequences), BatchTokens, i => lengths[i]);
    }

    /// <summary>Computes what no file holds yet.</summary>
    /// <param name="name">Begin of the files' names.</param>
    /// <param name="key">Stands for model and sequences: files with another key are made again.</param>
    /// <param name="count">Number of sequences.</param>
    /// <param name="read">Reads a sequence by its number.</param>
    /// <param name="cancellation">Stops between two batches; files that are complete stay.</param>
    /// <exception cref="TrainingException">A value is not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ReferenceScores Score(string name, string key, int count, Func<int, SftExample> read, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        Directory.CreateDirectory(_folder);
        var sums = new float[count];
        int computed = 0;
        using GradMode off = GradMode.NoGrad();
        _model.Eval();
        _adapter?.Detach();
        try
        {
            for (int first = 0; first < count; first += PartSequences)
            {
                Span<float> part = sums.AsSpan(first, Math.Min(PartSequences, count - first));
                var file = new ReferenceFile(Path.Combine(_folder, $"{name}-{first / PartSequences:D6}.bin"), key, first);
                if (!file.TryRead(part, OnWarning))
                {
                    Compute(first, part, read, cancellation);
                    file.Write(_files, part);
                    computed += part.Length;
                }

                OnProgress?.Invoke(first + part.Length);
            }
        }
        finally
        {
            _adapter?.Attach();
        }

        return new ReferenceScores([.. sums], computed);
    }

    private void Compute(int first, Span<float> sums, Func<int, SftExample> read, CancellationToken cancellation)
    {
        var scorer = new AnswerScorer(_model);
        for (int start = 0; start < sums.Length;)
        {
            cancellation.ThrowIfCancellationRequested();
            List<SequencePiece> pieces = TakePieces(first + start, sums.Length - start, read);
            using var scope = TensorScope.Begin("reference");
            float[] values = scorer.Score(SequenceCollator.Collate(pieces)).Sums.ToArray<float>();
            int wrong = Array.FindIndex(values, value => !float.IsFinite(value));
            if (wrong >= 0)
            {
                throw new TrainingException(
                    "A log-probability under the reference model is not finite.", $"sequence {first + start + wrong}", $"{values[wrong]}", "check the model with hone generate; a model with damaged weights gives no numbers");
            }

            values.CopyTo(sums[start..]);
            start += pieces.Count;
        }
    }

    /// <summary>Sequences from a number on, as many as fit into a batch, at least one.</summary>
    private static List<SequencePiece> TakePieces(int first, int most, Func<int, SftExample> read)
    {
        var pieces = new List<SequencePiece>();
        int tokens = 0;
        while (pieces.Count < most)
        {
            SftExample example = read(first + pieces.Count);
            tokens += example.InputIds.Length;
            if (pieces.Count > 0 && tokens > BatchTokens)
            {
                break;
            }

            pieces.Add(new SequencePiece(example, first + pieces.Count));
        }

        return pieces;
    }
}
