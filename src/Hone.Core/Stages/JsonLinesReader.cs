using System.Text.Json;
using System.Text.Unicode;

namespace Hone.Core.Stages;

/// <summary>Reads a JSONL file row by row in bounded memory; blank lines are passed over and counted, anything that is not JSON is an error.</summary>
public sealed class JsonLinesReader : IDisposable
{
    private const int MaxRowBytes = 1 << 26; // 64 MiB: larger rows are binary data or a missing line break
    private const byte NewLine = (byte)'\n';

    private readonly string _path;
    private readonly FileStream _stream;
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private long _bufferOffset;
    private bool _atEnd;

    /// <summary>Opens a file.</summary>
    /// <exception cref="JsonLinesException">The file cannot be opened.</exception>
    public JsonLinesReader(string path)
    {
        _path = path;
        try
        {
            _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JsonLinesException("The file cannot be opened.", path, e.Message, "check that it exists and may be read");
        }
    }

    /// <summary>One-based number of the current line.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Number of blank lines passed over so far.</summary>
    public long BlankLines { get; private set; }

    /// <summary>Where the current row begins in the file.</summary>
    public long RowOffset { get; private set; }

    /// <summary>Moves to the next row.</summary>
    /// <param name="row">The row without its line break; valid until the next call.</param>
    /// <param name="validate">Whether to check that the row is JSON; a second pass over a checked file need not.</param>
    /// <returns><see langword="false"/> at the end of the file.</returns>
    /// <exception cref="JsonLinesException">The row is not JSON, not UTF-8 or longer than 64 MiB.</exception>
    public bool Read(out ReadOnlySpan<byte> row, bool validate)
    {
        while (NextLine(out ReadOnlySpan<byte> line, out long offset))
        {
            LineNumber++;
            if (LineNumber == 1 && line.StartsWith("\uFEFF"u8))
            {
                line = line[3..];
                offset += 3;
            }

            if (line.EndsWith("\r"u8))
            {
                line = line[..^1];
            }

            if (line.Trim(" \t"u8).IsEmpty)
            {
                BlankLines++;
                continue;
            }

            RowOffset = offset;
            if (validate)
            {
                Validate(line);
            }

            row = line;
            return true;
        }

        row = default;
        return false;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    private bool NextLine(out ReadOnlySpan<byte> line, out long offset)
    {
        int scanned = _start;
        while (true)
        {
            int index = _buffer.AsSpan(scanned, _end - scanned).IndexOf(NewLine);
            if (index >= 0)
            {
                line = _buffer.AsSpan(_start, scanned + index - _start);
                offset = _bufferOffset + _start;
                _start = scanned + index + 1;
                return true;
            }

            if (_atEnd)
            {
                line = _buffer.AsSpan(_start, _end - _start);
                offset = _bufferOffset + _start;
                _start = _end;
                return !line.IsEmpty;
            }

            int pending = _end - _start;
            Fill();
            scanned = _start + pending;
        }
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _bufferOffset += _start;
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= MaxRowBytes)
            {
                throw new JsonLinesException(
                    "A row is longer than 64 MiB.", $"{_path}:{LineNumber + 1}:1", "", "JSONL holds one JSON value a line; check the line breaks");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int read = _stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _atEnd = read == 0;
    }

    private void Validate(ReadOnlySpan<byte> line)
    {
        if (!Utf8.IsValid(line))
        {
            throw new JsonLinesException("A row is not UTF-8.", $"{_path}:{LineNumber}:1", "", "save the file as UTF-8");
        }

        try
        {
            var reader = new Utf8JsonReader(line);
            while (reader.Read())
            {
                // Reading every token is what checks the row.
            }
        }
        catch (JsonException e)
        {
            string reason = e.Message.Split(" LineNumber:")[0];
            throw new JsonLinesException(
                "A row is not JSON.", $"{_path}:{LineNumber}:{(e.BytePositionInLine ?? 0) + 1}", reason, "JSONL holds one complete JSON value a line");
        }
    }
}
