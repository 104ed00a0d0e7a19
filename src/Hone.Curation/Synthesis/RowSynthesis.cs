using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hone.Core.Random;
using Hone.Core.Runs;
using Hone.Core.Stages;

namespace Hone.Curation.Synthesis;

/// <summary>Makes training and held-out rows of several skills in equal parts: no prompt twice, and no held-out row that a training row equals up to its wording.</summary>
/// <param name="context">The running stage.</param>
/// <param name="makers">One maker a skill.</param>
internal sealed class RowSynthesis(RunContext context, IReadOnlyList<RowMaker> makers)
{
    /// <summary>Name of the training rows.</summary>
    public const string TrainName = "train.jsonl";

    /// <summary>Name of the held-out rows.</summary>
    public const string HeldOutName = "held_out.jsonl";

    /// <summary>Draws without a new row after which a skill counts as exhausted; a skill with 1 % of its rows left is missed once in 10^13 times.</summary>
    private const int MaxMisses = 3000;
    private const int RowsPerCheck = 256;
    private const int Reports = 20;

    private static readonly JsonWriterOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HashSet<string> _prompts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _heldOut = new(StringComparer.Ordinal);
    private long _made;

    /// <summary>Names of the files.</summary>
    public static IReadOnlyList<string> Outputs(int heldOut) => heldOut > 0 ? [TrainName, HeldOutName] : [TrainName];

    /// <summary>Writes both files.</summary>
    /// <returns>Rows by file, and training rows by skill.</returns>
    /// <exception cref="SynthesisException">There are not so many different rows.</exception>
    public IReadOnlyDictionary<string, double> Write(int count, int heldOut)
    {
        long total = (long)count + heldOut;
        List<SyntheticRow> held = Make(heldOut, total, context.CreateRandom("held_out"), row => _heldOut.Add(row.Signature) && _prompts.Add(row.Prompt));
        List<SyntheticRow> train = Make(count, total, context.CreateRandom("train"), row => !_heldOut.Contains(row.Signature) && _prompts.Add(row.Prompt));
        Save(TrainName, train);
        if (heldOut > 0)
        {
            Save(HeldOutName, held);
        }

        var counts = new Dictionary<string, double> { ["rows_train"] = train.Count, ["rows_held_out"] = held.Count };
        foreach (RowMaker maker in makers)
        {
            counts[$"train_{maker.Skill}"] = train.Count(row => row.Skill == maker.Skill);
        }

        return counts;
    }

    /// <summary>Makes rows; what an exhausted skill cannot give, the others do.</summary>
    private List<SyntheticRow> Make(int count, long total, RandomStream random, Func<SyntheticRow, bool> isNew)
    {
        var rows = new List<SyntheticRow>(count);
        var open = makers.ToList();
        while (rows.Count < count && open.Count > 0)
        {
            int missing = count - rows.Count, skills = open.Count;
            var exhausted = new List<RowMaker>();
            for (int i = 0; i < skills; i++)
            {
                int quota = (missing / skills) + (i < missing % skills ? 1 : 0);
                if (!Fill(rows, open[i], quota, total, random, isNew))
                {
                    exhausted.Add(open[i]);
                }
            }

            foreach (RowMaker maker in exhausted)
            {
                context.Warn($"skill '{maker.Skill}' has no more different rows after {rows.Count(row => row.Skill == maker.Skill)}; other skills make up the count");
                open.Remove(maker);
            }
        }

        if (rows.Count < count)
        {
            throw new SynthesisException(
                "There are not so many different rows.",
                $"stage '{context.StageName}'",
                $"{count} wanted, {rows.Count} found in {string.Join(", ", makers.Select(maker => maker.Skill))}",
                "lower count or held_out, widen the number ranges, or add skills");
        }

        random.Shuffle(CollectionsMarshal.AsSpan(rows));
        return rows;
    }

    private bool Fill(List<SyntheticRow> rows, RowMaker maker, int quota, long total, RandomStream random, Func<SyntheticRow, bool> isNew)
    {
        int misses = 0;
        while (quota > 0 && misses < MaxMisses)
        {
            if (maker.Draw(random) is not { } row || !isNew(row))
            {
                misses++;
                continue;
            }

            rows.Add(row);
            quota--;
            misses = 0;
            Progress(total);
        }

        return quota == 0;
    }

    private void Progress(long total)
    {
        _made++;
        if (_made % RowsPerCheck == 0)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
        }

        if (_made == total || _made % Math.Max(RowsPerCheck, total / Reports) == 0)
        {
            context.ReportStep(_made, total, "rows");
        }
    }

    private void Save(string name, List<SyntheticRow> rows)
    {
        using AtomicFile file = context.CreateArtifact(name);
        using var buffer = new MemoryStream();
        foreach (SyntheticRow row in rows)
        {
            buffer.SetLength(0);
            using (var json = new Utf8JsonWriter(buffer, s_compact))
            {
                json.WriteStartObject();
                json.WriteStartArray("messages");
                WriteMessage(json, "user", row.Prompt);
                WriteMessage(json, "assistant", row.Response);
                json.WriteEndArray();
                json.WriteString("skill", row.Skill);
                json.WriteString("answer", row.Answer);
                json.WriteEndObject();
            }

            buffer.WriteByte((byte)'\n');
            file.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        }

        context.Publish(file);
    }

    private static void WriteMessage(Utf8JsonWriter json, string role, string content)
    {
        json.WriteStartObject();
        json.WriteString("role", role);
        json.WriteString("content", content);
        json.WriteEndObject();
    }
}
