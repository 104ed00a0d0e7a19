using System.Text;
using System.Text.Json;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Pipelines.Stages;
using Hone.Processors.Tokenizers;

namespace Hone.Cli.Rendering;

/// <summary>Prints examples as a model reads them, with the trained tokens marked, and how long all of them are.</summary>
internal static class DatasetText
{
    // ANSI colours: what is trained stands out; elsewhere it stands between these brackets.
    private const string Reset = "\e[0m";
    private const string Faint = "\e[2m";
    private const string Trained = "\e[1;32m";
    private const string Open = "⟦";
    private const string Close = "⟧";
    private const int BarWidth = 40;

    /// <summary>Writes for people.</summary>
    public static void Write(ExampleStore store, Tokenizer tokenizer, int rows, TextWriter output, bool inColour)
    {
        for (int i = 0; i < Math.Min(rows, store.Count); i++)
        {
            string heading = $"example {i + 1} of {store.Count:N0} (row {store.RowOf(i)}, {store.LengthOf(i):N0} tokens, {store.TrainedTokensOf(i):N0} trained)";
            output.WriteLine(inColour ? $"{Faint}{heading}{Reset}" : heading);
            output.WriteLine(Marked(store.Read(i), tokenizer, inColour ? Trained : Open, inColour ? Reset : Close));
            output.WriteLine();
        }

        foreach (SourceReport source in store.Report.Sources)
        {
            output.WriteLine($"{source.Source}: {source.RowsRead:N0} rows, {source.Examples:N0} examples, format {source.Format}{(source.IsDetected ? " (found by the first row)" : "")}");
        }

        WriteLengths(LengthStatistics.Of(store), output);
    }

    /// <summary>Writes what an epoch's batches hold.</summary>
    public static void WriteBatches(TrainingPreview preview, TextWriter output)
    {
        BatchStatistics batches = preview.Batches;
        output.WriteLine();
        output.WriteLine($"an epoch: {preview.TrainingExamples:N0} examples in {batches.Rows:N0} rows and {batches.Batches:N0} batches without padding; {batches.Tokens:N0} tokens, {batches.SmallestBatch:N0} to {batches.LargestBatch:N0} a batch, {batches.MeanBatch:N0} on average");
        output.WriteLine(preview.RowCapacity is { } capacity
            ? $"packing: rows filled to {batches.MeanRow / capacity:P1} of {capacity:N0} tokens{(batches.CutTokens > 0 ? $", {batches.CutTokens:N0} tokens cut off" : "")}"
            : $"padded to the longest row of each batch they would be {batches.PaddedTokens:N0} tokens, {batches.PaddingEfficiency:P1} of them not padding; rows fill {batches.MeanRow / batches.LongestRow:P1} of the longest: packing: best_fit joins short ones");
        output.WriteLine($"steps: {preview.StepsPerEpoch:N0} an epoch, {(preview.Steps is { } steps ? $"{steps:N0} in all (max_steps)" : $"{preview.Epochs:N0} {(preview.Epochs == 1 ? "epoch" : "epochs")}")}; {preview.ValidationExamples:N0} examples to validate on");
    }

    /// <summary>Writes one JSON object.</summary>
    /// <param name="store">The examples.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="rows">Examples to write.</param>
    /// <param name="stage">The stage that trains on them, if one does.</param>
    /// <param name="preview">What its batches are.</param>
    public static string WriteJson(ExampleStore store, Tokenizer tokenizer, int rows, string? stage = null, TrainingPreview? preview = null) => JsonLine.Write(json =>
    {
        LengthStatistics lengths = LengthStatistics.Of(store);
        if (stage is not null)
        {
            json.WriteString("stage", stage);
        }

        json.WritePropertyName("report");
        json.WriteRawValue(store.Report.ToJson());
        json.WriteStartObject("lengths");
        json.WriteNumber("examples", lengths.Examples);
        json.WriteNumber("tokens", lengths.Tokens);
        json.WriteNumber("trained_tokens", lengths.TrainedTokens);
        json.WriteNumber("shortest", lengths.Shortest);
        json.WriteNumber("median", lengths.Median);
        json.WriteNumber("p90", lengths.Percentile90);
        json.WriteNumber("p99", lengths.Percentile99);
        json.WriteNumber("longest", lengths.Longest);
        json.WriteStartArray("histogram");
        foreach (LengthInterval interval in lengths.Histogram)
        {
            json.WriteStartObject();
            json.WriteNumber("from", interval.From);
            json.WriteNumber("to", interval.To);
            json.WriteNumber("count", interval.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        if (preview is not null)
        {
            WriteBatches(json, preview);
        }

        json.WriteStartArray("examples");
        for (int i = 0; i < Math.Min(rows, store.Count); i++)
        {
            WriteExample(json, store, i, tokenizer);
        }

        json.WriteEndArray();
    });

    private static void WriteBatches(Utf8JsonWriter json, TrainingPreview preview)
    {
        BatchStatistics batches = preview.Batches;
        json.WriteStartObject("epoch");
        json.WriteNumber("training_examples", preview.TrainingExamples);
        json.WriteNumber("validation_examples", preview.ValidationExamples);
        json.WriteNumber("rows", batches.Rows);
        json.WriteNumber("batches", batches.Batches);
        json.WriteNumber("tokens", batches.Tokens);
        json.WriteNumber("smallest_batch", batches.SmallestBatch);
        json.WriteNumber("largest_batch", batches.LargestBatch);
        json.WriteNumber("padded_tokens", batches.PaddedTokens);
        json.WriteNumber("cut_tokens", batches.CutTokens);
        if (preview.RowCapacity is { } capacity)
        {
            json.WriteNumber("row_capacity", capacity);
            json.WriteNumber("packing_efficiency", batches.MeanRow / capacity);
        }

        json.WriteNumber("steps", preview.StepsPerEpoch);
        json.WriteEndObject();
        json.WriteNumber("steps", preview.Steps ?? (long)preview.StepsPerEpoch * preview.Epochs);
    }

    private static void WriteExample(Utf8JsonWriter json, ExampleStore store, int number, Tokenizer tokenizer)
    {
        SftExample example = store.Read(number);
        json.WriteStartObject();
        json.WriteNumber("row", store.RowOf(number));
        json.WriteString("text", tokenizer.Decode(example.InputIds.AsSpan(), skipSpecialTokens: false));
        json.WriteStartArray("input_ids");
        foreach (int id in example.InputIds)
        {
            json.WriteNumberValue(id);
        }

        json.WriteEndArray();
        json.WriteStartArray("labels");
        foreach (int label in example.Labels)
        {
            json.WriteNumberValue(label);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Marked(SftExample example, Tokenizer tokenizer, string open, string close)
    {
        var text = new StringBuilder();
        for (int start = 0; start < example.InputIds.Length;)
        {
            bool isTrained = example.Labels[start] != SftExample.IgnoreIndex;
            int end = start + 1;
            while (end < example.InputIds.Length && example.Labels[end] != SftExample.IgnoreIndex == isTrained)
            {
                end++;
            }

            string part = tokenizer.Decode(example.InputIds.AsSpan()[start..end], skipSpecialTokens: false);
            text.Append(isTrained ? open + part + close : part);
            start = end;
        }

        return text.ToString();
    }

    private static void WriteLengths(LengthStatistics lengths, TextWriter output)
    {
        output.WriteLine($"{lengths.Tokens:N0} tokens, {lengths.TrainedTokens:N0} trained ({lengths.TrainedShare:P1})");
        output.WriteLine($"tokens an example: {lengths.Describe()}");
        long most = lengths.Histogram.Max(interval => interval.Count);
        int width = $"{lengths.Histogram[^1].To}".Length;
        foreach (LengthInterval interval in lengths.Histogram)
        {
            int bar = (int)((interval.Count * BarWidth + most - 1) / most);
            output.WriteLine($"{interval.From.ToString().PadLeft(width)}-{interval.To.ToString().PadRight(width)} {new string('█', bar).PadRight(BarWidth)} {interval.Count:N0}");
        }
    }
}
