using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text.Json;
using Hone.Core.Random;
using Hone.Core.Runs;
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
    private const int BlockRows = 256;

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
        ResolvedSource[] sources = [.. options.Sources.Concat(options.Validation).Select(source => ResolvedSource.Resolve(source, context.Open, context.Registry))];
        byte[] key = KeyOf(options, model, sources, cancellationToken);
        string path = Path.Combine(context.CacheFolder, $"examples-{Convert.ToHexStringLower(key.AsSpan(0, 8))}.bin");
        ExampleStore? store = ExampleStore.TryOpen(path, key);
        bool wasReused = store is not null;
        if (store is null)
        {
            Write(path, key, sources, options, model, context, cancellationToken);
            store = ExampleStore.TryOpen(path, key) ?? throw new DatasetFormatException("The file of examples cannot be read back.", path, "its hash is not the one that was written", "check the disk, and run again");
        }

        try
        {
            (ImmutableArray<ExampleGroup> training, ImmutableArray<int> validation) = Divide(options, sources, store, random);
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

    private static void Write(string path, byte[] key, ResolvedSource[] sources, SftDataOptions options, ModelText model, DataContext context, CancellationToken cancellationToken)
    {
        // What is split among rows is not cut here.
        SftEncodingOptions encoding = options.Splits ? options with { MaxTokens = int.MaxValue } : options;
        var encoder = new SftEncoder(model.Tokenizer, model.Chat, encoding);
        using var writer = new ExampleStoreWriter(context.Files, path, key);
        var reports = new List<SourceReport>();
        long done = 0;
        for (int i = 0; i < sources.Length; i++)
        {
            ResolvedSource source = sources[i];
            var tally = new SourceTally(source);
            IEnumerable<DataRow> rows = RowSource.Open(source.Path).Read();
            foreach (DataRow[] block in (source.Options.MaxRows is { } most ? TakeRows(rows, most) : rows).Chunk(BlockRows))
            {
                cancellationToken.ThrowIfCancellationRequested();
                EncodedRow[] encoded = Encode(block, source.Format, encoder, context.MaxThreads);
                for (int row = 0; row < block.Length; row++)
                {
                    Keep(block[row], encoded[row], i, options.InvalidRows, tally, writer);
                }

                done += block.Length;
                context.OnRows?.Invoke(done);
            }

            SourceReport report = tally.ToReport();
            reports.Add(report);
            if (report.Examples == 0)
            {
                throw new DatasetFormatException(
                    "Not one row of the file can be trained on.", source.DisplayName, string.Join("; ", new DataReport([report]).CreateWarnings()), "correct the rows, or name their format");
            }
        }

        writer.Commit(new DataReport(reports));
    }

    private static IEnumerable<DataRow> TakeRows(IEnumerable<DataRow> rows, long count)
    {
        foreach (DataRow row in rows)
        {
            yield return row;
            if (--count == 0)
            {
                yield break;
            }
        }
    }

    private static EncodedRow[] Encode(DataRow[] rows, RowFormat format, SftEncoder encoder, int maxThreads)
    {
        var encoded = new EncodedRow[rows.Length];
        Parallel.For(0, rows.Length, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, maxThreads) }, i => encoded[i] = Encode(rows[i], format, encoder));
        return encoded;
    }

    private static EncodedRow Encode(DataRow row, RowFormat format, SftEncoder encoder)
    {
        string[] unused = [];
        try
        {
            JsonElement json = row.Parse();
            unused = [.. json.EnumerateObject().Select(property => property.Name).Except(format.Columns)];
            return new EncodedRow(encoder.Encode(format.Read(json)), null, unused);
        }
        catch (Exception e)
        {
            return new EncodedRow(null, e, unused); // thrown or counted in file order by Keep()
        }
    }

    private static void Keep(DataRow row, EncodedRow encoded, int source, InvalidRows policy, SourceTally tally, ExampleStoreWriter writer)
    {
        switch (encoded.Error)
        {
            case null:
                tally.Add(row, encoded.Example!, encoded.UnusedColumns); // without an error there is an example
                writer.Add(encoded.Example!.Example, row.Number, source);
                break;
            case InvalidRowException invalid when IsDropped(invalid, policy):
                tally.Drop(row, invalid, encoded.UnusedColumns);
                break;
            case InvalidRowException invalid:
                throw new DatasetFormatException(invalid.What, $"{row.Place} (row {row.Number})", invalid.Facts, $"{invalid.Fix}; invalid_rows: drop leaves such rows out and counts them", invalid);
            default:
                ExceptionDispatchInfo.Throw(encoded.Error);
                break;
        }
    }

    /// <summary>What is too long only to be left out, and what was cut so far that nothing is left to learn, was asked for by the settings.</summary>
    private static bool IsDropped(InvalidRowException invalid, InvalidRows policy) => invalid.Issue switch
    {
        RowIssue.NothingToLearn => true,
        RowIssue.TooLong => invalid.IsToBeDropped,
        _ => policy == InvalidRows.Drop,
    };

    private static (ImmutableArray<ExampleGroup> Training, ImmutableArray<int> Validation) Divide(SftDataOptions options, ResolvedSource[] sources, ExampleStore store, RandomStream random)
    {
        int trainSources = options.Sources.Count;
        int trainExamples = store.SourceEnds[trainSources - 1];
        var validation = new SortedSet<int>(Enumerable.Range(trainExamples, store.Count - trainExamples));
        long wanted = options.ValidationRows ?? (options.ValidationFraction is { } fraction ? (long)Math.Round(fraction * trainExamples, MidpointRounding.AwayFromZero) : 0);
        bool divides = options.ValidationRows is not null || options.ValidationFraction is not null;
        if (divides && (wanted == 0 || wanted >= trainExamples))
        {
            throw new DatasetFormatException(
                $"The division would leave nothing to {(wanted == 0 ? "validate" : "train")} on.", string.Join(", ", sources.Select(source => source.DisplayName)), $"{trainExamples} examples, {wanted} of them to validate on", $"choose validation_rows from 1 to {trainExamples - 1}");
        }

        var isHeldOut = new bool[trainExamples];
        foreach (int example in random.CreatePermutation(trainExamples).Take((int)wanted))
        {
            isHeldOut[example] = true;
            validation.Add(example);
        }

        var groups = ImmutableArray.CreateBuilder<ExampleGroup>(trainSources);
        for (int i = 0; i < trainSources; i++)
        {
            int start = i == 0 ? 0 : store.SourceEnds[i - 1];
            int[] kept = [.. Enumerable.Range(start, store.SourceEnds[i] - start).Where(example => !isHeldOut[example])];
            if (kept.Length > 0)
            {
                groups.Add(new ExampleGroup(sources[i].DisplayName, [.. kept], sources[i].PerEpoch(kept.Length)));
            }
        }

        return (groups.ToImmutable(), [.. validation]);
    }

    private static byte[] KeyOf(SftDataOptions options, ModelText model, ResolvedSource[] sources, CancellationToken cancellationToken)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(new
        {
            version = FormatVersion,
            tokenizer = model.Fingerprint,
            template = model.Chat?.Template.Source,
            special = model.Chat?.Template.SpecialTokens.OrderBy(token => token.Key, StringComparer.Ordinal),
            max_tokens = options.Splits ? int.MaxValue : options.MaxTokens,
            truncation = $"{options.Truncation}",
            loss_on = $"{options.LossOn}",
            append_eos = options.AppendEos,
            variables = options.TemplateVariables.OrderBy(variable => variable.Key, StringComparer.Ordinal),
            escape = options.EscapeControlTokens,
            check_roles = options.CheckRoles,
            invalid_rows = $"{options.InvalidRows}",
            sources = sources.Select(source => new
            {
                name = source.DisplayName,
                content = FileDigest.Of(source.Path, cancellationToken).Sha256,
                format = source.FormatName,
                detected = source.IsDetected,
                columns = JsonSerializer.SerializeToElement(source.Format, source.Format.GetType()),
                max_rows = source.Options.MaxRows,
                warnings = source.Warnings,
            }),
        });
        return SHA256.HashData(json);
    }

    private sealed record EncodedRow(EncodedExample? Example, Exception? Error, IReadOnlyList<string> UnusedColumns);
}
