using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text.Json;
using Hone.Core.Random;
using Hone.Core.Runs;
using Hone.Data.Formats;

namespace Hone.Data.Datasets;

/// <summary>Makes the file of examples of a data set, or finds the one that was made from the same data with the same settings.</summary>
/// <remarks>Rows are encoded in parallel, in blocks and in file order, so that the file is the same for any number of threads and memory stays bounded.</remarks>
internal sealed class ExampleFile
{
    private const int BlockRows = 256;

    private readonly DatasetOptions _options;
    private readonly DataContext _context;
    private readonly ResolvedSource[] _sources;

    /// <summary>Finds the sources and their formats.</summary>
    /// <exception cref="DatasetFormatException">A file is missing, or its rows do not teach what is wanted.</exception>
    public ExampleFile(DatasetOptions options, DataContext context, IReadOnlyList<RowContent> wanted)
    {
        _options = options;
        _context = context;
        _sources = [.. options.Sources.Concat(options.Validation).Select(source => ResolvedSource.Resolve(source, context.Open, context.Registry, wanted))];
    }

    /// <summary>A hash of everything that the examples depend on.</summary>
    /// <param name="model">The tokenizer and the chat template.</param>
    /// <param name="maxTokens">The length that examples are cut to.</param>
    /// <param name="more">What only this kind of data depends on.</param>
    /// <param name="cancellationToken">Stops the reading of files.</param>
    public byte[] KeyOf(ModelText model, int maxTokens, object more, CancellationToken cancellationToken)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(new
        {
            more,
            tokenizer = model.Fingerprint,
            template = model.Chat?.Template.Source,
            special = model.Chat?.Template.SpecialTokens.OrderBy(token => token.Key, StringComparer.Ordinal),
            max_tokens = maxTokens,
            truncation = $"{_options.Truncation}",
            append_eos = _options.AppendEos,
            variables = _options.TemplateVariables.OrderBy(variable => variable.Key, StringComparer.Ordinal),
            escape = _options.EscapeControlTokens,
            check_roles = _options.CheckRoles,
            invalid_rows = $"{_options.InvalidRows}",
            sources = _sources.Select(source => new
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

    /// <summary>Opens the file of a key, and makes it first if it is not there or damaged.</summary>
    /// <param name="key">The key.</param>
    /// <param name="encode">Makes a row's examples; called from several threads.</param>
    /// <param name="cancellationToken">Stops between two blocks of rows and leaves no file behind.</param>
    /// <exception cref="DatasetFormatException">A row cannot be trained on and is not to be left out, or nothing is left.</exception>
    public (ExampleStore Store, bool WasReused) Load(byte[] key, Func<TrainingRow, IReadOnlyList<EncodedAnswer>> encode, CancellationToken cancellationToken)
    {
        string path = Path.Combine(_context.CacheFolder, $"examples-{Convert.ToHexStringLower(key.AsSpan(0, 8))}.bin");
        if (ExampleStore.TryOpen(path, key) is { } found)
        {
            return (found, true);
        }

        Write(path, key, encode, cancellationToken);
        return (ExampleStore.TryOpen(path, key) ?? throw new DatasetFormatException("The file of examples cannot be read back.", path, "its hash is not the one that was written", "check the disk, and run again"), false);
    }

    /// <summary>Divides the items into those to train on, one group a source, and those to validate on.</summary>
    /// <param name="store">The examples.</param>
    /// <param name="examplesPerItem">Examples that belong together.</param>
    /// <param name="random">Chooses what to validate on.</param>
    /// <exception cref="DatasetFormatException">Nothing would be left of one part.</exception>
    public (ImmutableArray<ExampleGroup> Training, ImmutableArray<int> Validation) Divide(ExampleStore store, int examplesPerItem, RandomStream random)
    {
        int trainSources = _options.Sources.Count;
        int[] ends = [.. store.SourceEnds.Select(end => end / examplesPerItem)];
        int trainItems = ends[trainSources - 1];
        var validation = new SortedSet<int>(Enumerable.Range(trainItems, (store.Count / examplesPerItem) - trainItems));
        long wanted = _options.ValidationRows ?? (_options.ValidationFraction is { } fraction ? (long)Math.Round(fraction * trainItems, MidpointRounding.AwayFromZero) : 0);
        bool divides = _options.ValidationRows is not null || _options.ValidationFraction is not null;
        if (divides && (wanted == 0 || wanted >= trainItems))
        {
            throw new DatasetFormatException(
                $"The division would leave nothing to {(wanted == 0 ? "validate" : "train")} on.", string.Join(", ", _sources.Select(source => source.DisplayName)), $"{trainItems} examples, {wanted} of them to validate on", $"choose validation_rows from 1 to {trainItems - 1}");
        }

        var isHeldOut = new bool[trainItems];
        foreach (int item in random.CreatePermutation(trainItems).Take((int)wanted))
        {
            isHeldOut[item] = true;
            validation.Add(item);
        }

        var groups = ImmutableArray.CreateBuilder<ExampleGroup>(trainSources);
        for (int i = 0; i < trainSources; i++)
        {
            int start = i == 0 ? 0 : ends[i - 1];
            int[] kept = [.. Enumerable.Range(start, ends[i] - start).Where(item => !isHeldOut[item])];
            if (kept.Length > 0)
            {
                groups.Add(new ExampleGroup(_sources[i].DisplayName, [.. kept], _sources[i].PerEpoch(kept.Length)));
            }
        }

        return (groups.ToImmutable(), [.. validation]);
    }

    private void Write(string path, byte[] key, Func<TrainingRow, IReadOnlyList<EncodedAnswer>> encode, CancellationToken cancellationToken)
    {
        using var writer = new ExampleStoreWriter(_context.Files, path, key);
        var reports = new List<SourceReport>();
        long done = 0;
        for (int i = 0; i < _sources.Length; i++)
        {
            ResolvedSource source = _sources[i];
            var tally = new SourceTally(source);
            IEnumerable<DataRow> rows = RowSource.Open(source.Path).Read();
            foreach (DataRow[] block in (source.Options.MaxRows is { } most ? TakeRows(rows, most) : rows).Chunk(BlockRows))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var encoded = new EncodedRow[block.Length];
                Parallel.For(0, block.Length, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, _context.MaxThreads) }, row => encoded[row] = Encode(block[row], source.Format, encode));
                for (int row = 0; row < block.Length; row++)
                {
                    Keep(block[row], encoded[row], i, tally, writer);
                }

                done += block.Length;
                _context.OnRows?.Invoke(done);
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

    private static EncodedRow Encode(DataRow row, RowFormat format, Func<TrainingRow, IReadOnlyList<EncodedAnswer>> encode)
    {
        string[] unused = [];
        try
        {
            JsonElement json = row.Parse();
            unused = [.. json.EnumerateObject().Select(property => property.Name).Except(format.Columns)];
            return new EncodedRow(encode(format.Read(json)), null, unused);
        }
        catch (Exception e)
        {
            return new EncodedRow([], e, unused); // thrown or counted in file order by Keep()
        }
    }

    private void Keep(DataRow row, EncodedRow encoded, int source, SourceTally tally, ExampleStoreWriter writer)
    {
        switch (encoded.Error)
        {
            case null:
                tally.Add(row, [.. encoded.Answers.Select(answer => answer.Encoded)], encoded.UnusedColumns);
                foreach (EncodedAnswer answer in encoded.Answers)
                {
                    writer.Add(answer.Encoded.Example, row.Number, source, answer.Role);
                }

                break;
            case InvalidRowException invalid when IsDropped(invalid):
                tally.Drop(row, invalid, encoded.UnusedColumns);
                break;
            case InvalidRowException invalid:
                throw new DatasetFormatException(invalid.What, $"{row.Place} (row {row.Number})", invalid.Facts, $"{invalid.Fix}; invalid_rows: drop leaves such rows out and counts them", invalid);
            default:
                ExceptionDispatchInfo.Throw(encoded.Error);
                break;
        }
    }

    /// <summary>What is too long only to be left out, and what was cut so far that nothing is left to learn, was asked for by the settings; equal answers do no harm.</summary>
    private bool IsDropped(InvalidRowException invalid) => invalid.Issue switch
    {
        RowIssue.NothingToLearn or RowIssue.EqualAnswers => true,
        RowIssue.TooLong => invalid.IsToBeDropped,
        _ => _options.InvalidRows == InvalidRows.Drop,
    };

    private sealed record EncodedRow(IReadOnlyList<EncodedAnswer> Answers, Exception? Error, IReadOnlyList<string> UnusedColumns);
}
