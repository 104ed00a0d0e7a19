using System.Text.Unicode;

namespace Hone.Data.Formats;

/// <summary>A file that is one JSON array of objects, read an element at a time.</summary>
/// <remarks>Only the array's own commas and brackets are looked at here; <see cref="DataRow.Parse"/> checks what stands between them.</remarks>
internal sealed class JsonArraySource(string path) : RowSource(path)
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Whether the first character of a file that is no white space is <c>[</c>.</summary>
    public static bool BeginsWithBracket(string path)
    {
        using FileStream stream = OpenFile(path);
        Span<byte> block = stackalloc byte[4096];
        ReadOnlySpan<byte> read = block[..stream.ReadAtLeast(block, block.Length, throwOnEndOfStream: false)];
        return (read.StartsWith("\uFEFF"u8) ? read[3..] : read).TrimStart(" \t\r\n"u8).StartsWith("["u8);
    }

    /// <inheritdoc/>
    public override IEnumerable<DataRow> Read()
    {
        using FileStream stream = OpenFile(Path);
        var scan = new Scanner(Path, stream);
        scan.Begin();
        long number = 0;
        while (scan.Next() is { } element)
        {
            yield return new DataRow(Path, ++number, scan.ElementLine, element);
        }
    }

    private sealed class Scanner(string path, Stream stream)
    {
        private readonly byte[] _buffer = new byte[BufferBytes];
        private int _at;
        private int _end;
        private long _line = 1;
        private bool _isFirst = true;

        public long ElementLine { get; private set; }

        public void Begin()
        {
            int first = SkipSpace();
            if (first == 0xEF) // a byte order mark
            {
                Take();
                Take();
                Take();
                first = SkipSpace();
            }

            if (first != '[')
            {
                throw Malformed("it does not begin with [");
            }

            Take();
        }

        /// <summary>The next element's bytes; null behind the last.</summary>
        public byte[]? Next()
        {
            int next = SkipSpace();
            if (next == ']' && _isFirst)
            {
                return End();
            }

            if (!_isFirst)
            {
                if (next == ']')
                {
                    return End();
                }

                if (next != ',')
                {
                    throw Malformed(next < 0 ? "the file ends before the array does" : $"expected , or ] between elements, found '{(char)next}'");
                }

                Take();
                next = SkipSpace();
            }

            if (next is < 0 or ',' or ']')
            {
                throw Malformed(next < 0 ? "the file ends before the array does" : $"expected an element, found '{(char)next}'");
            }

            _isFirst = false;
            ElementLine = _line;
            return Element();
        }

        private byte[]? End()
        {
            Take();
            return SkipSpace() < 0 ? null : throw Malformed("something follows the array's closing ]");
        }

        private byte[] Element()
        {
            var bytes = new List<byte>(512);
            int depth = 0;
            bool inText = false, isEscaped = false;
            while (Peek() is >= 0 and var next)
            {
                if (!inText && depth == 0 && next is (',' or ']'))
                {
                    break;
                }

                if (inText)
                {
                    inText = isEscaped || next != '"';
                    isEscaped = !isEscaped && next == '\\';
                }
                else
                {
                    inText = next == '"';
                    depth += next is '{' or '[' ? 1 : next is '}' or ']' ? -1 : 0;
                }

                bytes.Add((byte)Take());
                if (bytes.Count > MaxRowSize)
                {
                    throw Malformed("an element is longer than 64 MiB; a quote or bracket is missing");
                }
            }

            byte[] element = [.. bytes];
            return Utf8.IsValid(element) ? element : throw Malformed("an element is not UTF-8");
        }

        private int SkipSpace()
        {
            while (Peek() is ' ' or '\t' or '\r' or '\n')
            {
                Take();
            }

            return Peek();
        }

        private int Peek()
        {
            if (_at == _end)
            {
                _at = 0;
                _end = stream.Read(_buffer);
            }

            return _at < _end ? _buffer[_at] : -1;
        }

        private int Take()
        {
            int taken = Peek();
            _line += taken == '\n' ? 1 : 0;
            _at++;
            return taken;
        }

        private DatasetFormatException Malformed(string detail) =>
            new("The file is no JSON array of rows.", $"{path}:{_line}", detail, "write [{…}, {…}], or one object a line in a .jsonl file");
    }
}
