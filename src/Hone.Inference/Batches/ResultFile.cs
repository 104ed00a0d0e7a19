using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hone.Core.Runs;

namespace Hone.Inference.Batches;

/// <summary>A JSONL file of results that grows line by line and survives being interrupted at any moment.</summary>
/// <remarks>A line that a killed process left incomplete is cut off when the file is opened again; its row is computed anew.</remarks>
internal sealed class ResultFile : IDisposable
{
    // The rows go to a file, never into HTML, so only what JSON itself requires is escaped.
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly MetricsLog _log;
    private readonly Dictionary<string, bool> _rows = new(StringComparer.Ordinal);

    /// <summary>Opens a file, or begins it.</summary>
    /// <exception cref="RunFolderException">The file cannot be opened or repaired.</exception>
    public ResultFile(IFileSystem files, string path)
    {
        _files = files;
        _path = path;
        _log = new MetricsLog(files, path);
        foreach (string line in ReadLines())
        {
            using JsonDocument row = JsonDocument.Parse(line);
            _rows[row.RootElement.GetProperty("id").ToString()] = row.RootElement.TryGetProperty("error", out _);
        }
    }

    /// <summary>Bytes of an incomplete line that were cut off.</summary>
    public long CutBytes => _log.CutBytes;

    /// <summary>Rows in the file that record a failure.</summary>
    public int Failed => _rows.Values.Count(isFailure => isFailure);

    /// <summary>Whether the file has a row of that id.</summary>
    public bool Has(string id) => _rows.ContainsKey(id);

    /// <summary>Adds a row.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="isFailure">Whether it records a failure.</param>
    /// <param name="write">Writes its properties.</param>
    public void Append(string id, bool isFailure, Action<Utf8JsonWriter> write)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line, Writing))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        _log.Append(line.WrittenSpan);
        _rows[id] = isFailure;
    }

    /// <summary>Makes everything durable, and brings the rows into the given order if they are not.</summary>
    /// <param name="order">All ids.</param>
    public void Complete(IReadOnlyList<string> order)
    {
        _log.Flush();
        var place = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string id in order)
        {
            place[id] = place.Count;
        }

        List<string> lines = [.. ReadLines()];
        List<string> sorted = [.. lines.OrderBy(line =>
        {
            using JsonDocument row = JsonDocument.Parse(line);
            return place.GetValueOrDefault(row.RootElement.GetProperty("id").ToString(), int.MaxValue);
        })];
        if (!sorted.SequenceEqual(lines, StringComparer.Ordinal))
        {
            AtomicFile.Write(_files, _path, Encoding.UTF8.GetBytes(string.Concat(sorted.Select(line => line + "\n"))));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _log.Dispose();

    private IEnumerable<string> ReadLines()
    {
        using var reader = new StreamReader(new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                yield return line;
            }
        }
    }
}
