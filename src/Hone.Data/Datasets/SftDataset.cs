using System.Collections.Immutable;
using Hone.Core.Random;
using Hone.Data.Formats;

namespace Hone.Data.Datasets;

/// <summary>The data of a supervised fine-tuning, encoded once and kept in a file: what to train on, and what to validate on.</summary>
/// <remarks>
/// Rows are encoded in parallel, in blocks and in file order, so that the file is the same for any number of threads and memory stays bounded whatever
/// the size of the data. The file is named after a hash of the data, the settings and the tokenizer, and used again when all of them are the same.
/// </remarks>
public sealed class SftDataset : IDisposable
{
    private const int FormatVersion = 1; // of how rows become examples: raise it when the same rows give other tokens or labels

    private SftDataset(ExampleStore store, bool wasReused, ImmutableArray<ExampleGroup> training, ImmutableArray<int> validation)
    {
        Store = store;
        WasReused = wasReused;
        Training = training;
        Validation = validation;
    }

    /// <summary>All examples.</summary>
    public ExampleStore Store { get; }

    /// <summary>Whether the file of examples was there already.</summary>
    public bool WasReused { get; }

    /// <summary>The examples to train on, one group a source.</summary>
    public ImmutableArray<ExampleGroup> Training { get; }

    /// <summary>Numbers of the examples to validate on; empty if there are none.</summary>
    public ImmutableArray<int> Validation { get; }

    /// <summary>What became of every row.</summary>
    public DataReport Report => Store.Report;

    /// <summary>Loads data.</summary>
    /// <param name="options">Which data, and how to encode it.</param>
    /// <param name="model">The model's tokenizer and chat template.</param>
    /// <param name="context">Folder, registry, threads.</param>
    /// <param name="random">Chooses what to validate on; a stream of its own.</param>
    /// <param name="cancellationToken">Stops between two blocks of rows and leaves no file behind.</param>
    /// <exception cref="DatasetFormatException">A file is missing or malformed, or a row cannot be trained on and is not to be left out, or nothing is left.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static SftDataset Load(SftDataOptions options, ModelText model, DataContext context, RandomStream random, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(random);
        var file = new ExampleFile(options, context, [RowContent.Example]);
        int maxTokens = options.Splits ? int.MaxValue : options.MaxTokens; // what is split among rows is not cut here
        byte[] key = file.KeyOf(model, maxTokens, new { kind = "sft", version = FormatVersion, loss_on = $"{options.LossOn}" }, cancellationToken);
        var encoder = new SftEncoder(model.Tokenizer, model.Chat, new SftEncodingOptions(options, options.LossOn) { MaxTokens = maxTokens });
        (ExampleStore store, bool wasReused) = file.Load(key, row => [new EncodedAnswer(ExampleRole.Whole, encoder.Encode(row))], cancellationToken);
        try
        {
            (ImmutableArray<ExampleGroup> training, ImmutableArray<int> validation) = file.Divide(store, 1, random);
            return new SftDataset(store, wasReused, training, validation);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Closes the file of examples.</summary>
    public void Dispose() => Store.Dispose();
}
