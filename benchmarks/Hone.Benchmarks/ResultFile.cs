using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hone.Tensors.Benchmarking;

namespace Hone.Benchmarks;

/// <summary>Stores the rows of a full run with machine, commit and date as <c>benchmarks/results/NAME-DATE-COMMIT.json</c> and <c>.md</c>.</summary>
internal sealed class ResultFile(string name, string description, DateTimeOffset date)
{
    private static readonly JsonSerializerOptions s_options =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One row as one line of JSON.</summary>
    public static string Line(BenchmarkRow row) => JsonSerializer.Serialize(
        row with { Hone = Rounded(row.Hone), PeerValue = Rounded(row.PeerValue), Ratio = Rounded(row.Ratio), PeakFraction = Rounded(row.PeakFraction) },
        s_options);

    /// <summary>Writes both files.</summary>
    /// <returns>Path of the JSON file, relative to the repository.</returns>
    public string Save(IReadOnlyList<BenchmarkRow> rows)
    {
        string root = RepositoryFolder.Find();
        string stem = $"{name}-{date.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}-{Commit()}";
        string folder = Path.Combine(root, "benchmarks", "results");
        Directory.CreateDirectory(folder);
        var facts = MachineFacts.Read();
        double peak = MachineLimits.FmaGflops(1), bandwidth = MachineLimits.ReadGigabytesPerSecond(1);

        var json = new StringBuilder();
        json.Append("{\"bench\":").Append(JsonSerializer.Serialize(name, s_options));
        json.Append(",\"date\":").Append(JsonSerializer.Serialize(date, s_options));
        json.Append(",\"commit\":").Append(JsonSerializer.Serialize(Commit(), s_options));
        json.Append(",\"machine\":").Append(JsonSerializer.Serialize(facts, s_options));
        json.Append(CultureInfo.InvariantCulture, $",\"fma_gflops_1_thread\":{peak:F1},\"read_gb_per_s_1_thread\":{bandwidth:F1}");
        json.Append(",\"rows\":[\n").AppendJoin(",\n", rows.Select(Line)).Append("\n]}\n");
        File.WriteAllText(Path.Combine(folder, stem + ".json"), json.ToString());
        File.WriteAllText(Path.Combine(folder, stem + ".md"), Markdown(rows, facts, peak, bandwidth));
        return Path.Combine("benchmarks", "results", stem + ".json");
    }

    private static double Rounded(double value) => value == 0 ? 0 : double.Parse(value.ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static string Commit()
    {
        string version = typeof(ResultFile).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        int plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? "unknown" : version.Substring(plus + 1, Math.Min(10, version.Length - plus - 1));
    }

    private string Markdown(IReadOnlyList<BenchmarkRow> rows, MachineFacts facts, double peak, double bandwidth)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# compare {name}\n\n{description}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- {facts.Processor}, {facts.Architecture}, {facts.VectorWidth}, {facts.Processors} processors; {facts.OperatingSystem}; {facts.Runtime}\n");
        text.Append(CultureInfo.InvariantCulture, $"- one thread: {peak:F1} GFLOP/s in registers, {bandwidth:F1} GB/s read\n");
        text.Append(CultureInfo.InvariantCulture, $"- commit {Commit()}, {date:yyyy-MM-dd}\n\n");
        text.Append("| case | threads | Hone | peer | value | unit | ratio | of peak |\n|---|---|---|---|---|---|---|---|\n");
        foreach (BenchmarkRow row in rows)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {row.Case} | {row.Threads} | {row.Hone:F1} | {row.Peer} | {row.PeerValue:F1} | {row.Unit} | {row.Ratio:F2} | {row.PeakFraction:P0} |\n");
        }

        return text.ToString();
    }
}
