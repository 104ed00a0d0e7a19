using System.Buffers;
using System.Text.Json;

namespace Hone.Core.Runs;

/// <summary>The append-only <c>metrics.jsonl</c>: one JSON object a line, each written whole; a torn end is cut when the file is opened again.</summary>
public sealed class MetricsLog : IDisposable
{
    private const byte NewLine = (byte)'\n';
    private const int TailBytes = 1 << 16;

    private readonly IFileSystem _files;
    private readonly Stream _stream;
    private readonly string _path;

    /// <summary>Opens the log, cutting off what a killed process left incomplete.</summary>
    /// <exception cref="RunFolderException">The file cannot be opened.</exception>
    public MetricsLog(IFileSystem files, string path)
    {
        _files = files;
        _path = path;
        try
        {
            _stream = files.OpenOrCreate(path);
            long whole = FindEndOfWholeLines(_stream);
            CutBytes = _stream.Length - whole;
            if (CutBytes > 0)
            {
                _stream.SetLength(whole);
            }

            _stream.Seek(0, SeekOrigin.End);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _stream?.Dispose();
            throw RunFolderException.ForWrite(path, e);
        }
    }

    /// <summary>Number of bytes cut off on opening; zero after a clean end.</summary>
    public long CutBytes { get; }

    /// <summary>Appends one line.</summary>
    /// <param name="write">Writes the properties of the object.</param>
    /// <exception cref="RunFolderException">The disk is full; what was written of the line is taken back.</exception>
    public void Append(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        Append(buffer.WrittenSpan);
    }

    /// <summary>Appends one line that is written already.</summary>
    /// <param name="line">A JSON object without line breaks.</param>
    /// <exception cref="RunFolderException">The disk is full; what was written of the line is taken back.</exception>
    public void Append(ReadOnlySpan<byte> line)
    {
        byte[] whole = new byte[line.Length + 1];
        line.CopyTo(whole);
        whole[^1] = NewLine;
        long before = _stream.Position;
        try
        {
            _stream.Write(whole);
        }
        catch (IOException e)
        {
            _stream.SetLength(before); // shrinking needs no space, so the file ends with a whole line again
            _stream.Seek(0, SeekOrigin.End);
            throw RunFolderException.ForWrite(_path, e);
        }
    }

    /// <summary>Returns after every line has reached the disk.</summary>
    /// <exception cref="RunFolderException">The disk is full or failing.</exception>
    public void Flush()
    {
        try
        {
            _files.FlushToDisk(_stream);
        }
        catch (IOException e)
        {
            throw RunFolderException.ForWrite(_path, e);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    // After a power loss the last lines can also be complete in length but zeroed, so lines are cut until one parses.
    private static long FindEndOfWholeLines(Stream stream)
    {
        long end = stream.Length;
        while (end > 0)
        {
            long lineEnd = FindLast(stream, end);
            if (lineEnd == 0)
            {
                return 0;
            }

            long lineStart = FindLast(stream, lineEnd - 1);
            byte[] line = new byte[lineEnd - 1 - lineStart];
            stream.Seek(lineStart, SeekOrigin.Begin);
            stream.ReadExactly(line);
            if (IsObject(line))
            {
                return lineEnd;
            }

            end = lineStart;
        }

        return 0;
    }

    // Position just behind the last line break before 'end', or 0.
    private static long FindLast(Stream stream, long end)
    {
        byte[] buffer = new byte[TailBytes];
        while (end > 0)
        {
            int count = (int)Math.Min(end, TailBytes);
            stream.Seek(end - count, SeekOrigin.Begin);
            stream.ReadExactly(buffer, 0, count);
            int index = buffer.AsSpan(0, count).LastIndexOf(NewLine);
            if (index >= 0)
            {
                return end - count + index + 1;
            }

            end -= count;
        }

        return 0;
    }

    private static bool IsObject(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            bool isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            return isObject && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
