using System.Collections.Immutable;
using Hone.Core.Random;
using Hone.Data.Formats;

namespace Hone.Data.Datasets;

/// <summary>The data of a preference training, encoded once and kept in a file: what to train on, and what to validate on.</summary>
/// <remarks>
/// A pair is two examples of the store, the chosen answer 2i and the rejected one 2i + 1, and counts as one item; an answer that is marked good or bad is
/// an item of one example. Bounded memory, any number of threads and the reuse of the file are as in <see cref="SftDataset"/>.
/// </remarks>
public sealed class PreferenceDataset : IDisposable
{
    private const int FormatVersion = 1; // of how rows become examples: raise it when the same rows give other tokens or labels

    private PreferenceDataset(ExampleStore store, bool isPaired, ImmutableArray<ExampleGroup> training, ImmutableArray<int> validation)
    {
        Store = store;
        IsPaired = isPaired;
        Training = training;
        Validation = validation;
    }

    /// <summary>All examples.</summary>
    public ExampleStore Store { get; }

    /// <summary>Whether an item is a pair of examples instead of a single one.</summary>
    public bool IsPaired { get; }

    /// <summary>Numbers of the items to train on, one group a source.</summary>
    public ImmutableArray<ExampleGroup> Training { get; }

    /// <summary>Numbers of the items to validate on; empty if there are none.</summary>
    public ImmutableArray<int> Validation { get; }

    /// <summary>What became of every row.</summary>
    public DataReport Report => Store.Report;

    /// <summary>Number of tokens of an item: of both answers of a pair.</summary>
    public int LengthOf(int item) => IsPaired ? Store.LengthOf(2 * item) + Store.LengthOf((2 * item) + 1) : Store.LengthOf(item);

    /// <summary>Loads pairs of answers.</summary>
    /// <param name="options">Which data, and how to encode it.</param>
    /// <param name="model">The model's tokenizer and chat template.</param>
    /// <param name="context">Folder, registry, threads.</param>
    /// <param name="random">Chooses what to validate on; a stream of its own.</param>
    /// <param name="cancellationToken">Stops between two blocks of rows and leaves no file behind.</param>
    /// <exception cref="DatasetFormatException">A file is missing or malformed, or a row cannot be trained on and is not to be left out, or nothing is left.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static PreferenceDataset LoadPairs(PreferenceDataOptions options, ModelText model, DataContext context, RandomStream random, CancellationToken cancellationToken = default) =>
        Load(options, isPaired: true, model, context, random, cancellationToken);

    /// <summary>Loads answers that are marked good or bad one by one; of a pair the chosen answer is a good one and the rejected answer a bad one.</summary>
    /// <inheritdoc cref="LoadPairs" path="/param|/exception"/>
    public static PreferenceDataset LoadFeedback(PreferenceDataOptions options, ModelText model, DataContext context, RandomStream random, CancellationToken cancellationToken = default) =>
        Load(options, isPaired: false, model, context, random, cancellationToken);

    /// <summary>Closes the file of examples.</summary>
    public void Dispose() => Store.Dispose();

    private static PreferenceDataset Load(PreferenceDataOptions options, bool isPaired, ModelText model, DataContext context, RandomStream random, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(random);
        var file = new ExampleFile(options, context, isPaired ? [RowContent.Pair] : [RowContent.Feedback, RowContent.Pair]);
        byte[] key = file.KeyOf(model, options.MaxTokens, new { kind = isPaired ? "pairs" : "feedback", version = FormatVersion, max_prompt_tokens = options.MaxPromptTokens }, cancellationToken);
        var encoder = new PreferenceEncoder(model.Tokenizer, model.Chat, options, options.MaxPromptTokens);
        (ExampleStore store, _) = file.Load(key, row => Encode(encoder, row), cancellationToken);
        try
        {
            (ImmutableArray<ExampleGroup> training, ImmutableArray<int> validation) = file.Divide(store, isPaired ? 2 : 1, random);
            return new PreferenceDataset(store, isPaired, training, validation);
        }
        catch
        {
            store.Dispose();
            throw;
        }

        EncodedAnswer[] Encode(PreferenceEncoder encoder, TrainingRow row)
        {
            if (row is FeedbackRow feedback)
            {
                return [new EncodedAnswer(feedback.IsDesirable ? ExampleRole.Desirable : ExampleRole.Undesirable, encoder.Encode(feedback.Answer))];
            }

            (EncodedExample chosen, EncodedExample rejected) = encoder.Encode((PairRow)row); // the formats wanted give nothing else
            return [new EncodedAnswer(isPaired ? ExampleRole.Chosen : ExampleRole.Desirable, chosen), new EncodedAnswer(isPaired ? ExampleRole.Rejected : ExampleRole.Undesirable, rejected)];
        }
    }
}
