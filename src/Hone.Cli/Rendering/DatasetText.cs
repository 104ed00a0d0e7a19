using System.Text;
using System.Text.Json;
using Hone.Data.Datasets;
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
    public static void Write(SftDataset dataset, Tokenizer tokenizer, int rows, TextWriter output, bool inColour)
    {
        for (int i = 0; i < Math.Min(rows, dataset.Store.Count); i++)
        {
            string heading = $"example {i + 1} of {dataset.Store.Count:N0} (row {dataset.Store.RowOf(i)}, {dataset.Store.LengthOf(i):N0} tokens, {dataset.Store.TrainedTokensOf(i):N0} trained)";
            output.WriteLine(inColour ? $"{Faint}{heading}{Reset}" : heading);
            output.WriteLine(Marked(dataset.Store.Read(i), tokenizer, inColour ? Trained : Open, inColour ? Reset : Close));
            output.WriteLine();
        }

        foreach (SourceReport source in dataset.Report.Sources)
        {
            output.WriteLine($"{source.Source}: {source.RowsRead:N0} rows, {source.Examples:N0} examples, format {source.Format}{(source.IsDetected ? " (found by the first row)" : "")}");
        }

        WriteLengths(LengthStatistics.Of(dataset.Store), output);
    }

    /// <summary>Writes one JSON object.</summary>
    public static string WriteJson(SftDataset dataset, Tokenizer tokenizer, int rows) => JsonLine.Write(json =>
    {
        LengthStatistics lengths = LengthStatistics.Of(dataset.Store);
        json.WritePropertyName("report");
        json.WriteRawValue(dataset.Report.ToJson());
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
        json.WriteStartArray("examples");
        for (int i = 0; i < Math.Min(rows, dataset.Store.Count); i++)
        {
            WriteExample(json, dataset.Store, i, tokenizer);
        }

        json.WriteEndArray();
    });

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
        output.WriteLine($"tokens an example: shortest {lengths.Shortest:N0}, median {lengths.Median:N0}, mean {lengths.Mean:N1}, 90 % at most {lengths.Percentile90:N0}, 99 % at most {lengths.Percentile99:N0}, longest {lengths.Longest:N0}");
        long most = lengths.Histogram.Max(interval => interval.Count);
        int width = $"{lengths.Histogram[^1].To}".Length;
        foreach (LengthInterval interval in lengths.Histogram)
        {
            int bar = (int)((interval.Count * BarWidth + most - 1) / most);
            output.WriteLine($"{interval.From.ToString().PadLeft(width)}-{interval.To.ToString().PadRight(width)} {new string('█', bar).PadRight(BarWidth)} {interval.Count:N0}");
        }
    }
}
