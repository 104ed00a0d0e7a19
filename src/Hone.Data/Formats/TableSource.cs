using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Hone.Data.Formats;

/// <summary>A table with a header, its fields separated by a comma or a tab and quoted where they hold separators, quotes or line breaks.</summary>
/// <remarks>Source: RFC 4180. Each row becomes a JSON object of texts. Lines without any field are passed over.</remarks>
internal sealed class TableSource(string path, char separator) : RowSource(path)
{
    /// <inheritdoc/>
    public override IEnumerable<DataRow> Read()
    {
        using FileStream stream = OpenFile(Path);
        using var text = new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16);
        var fields = new FieldReader(Path, text, separator);
        List<string> header = fields.Next() ?? throw new DatasetFormatException("The table is empty.", Path, "not even a header", "name the columns in the first line");
        if (header.Distinct().Count() < header.Count)
        {
            throw new DatasetFormatException("Two columns have the same name.", $"{Path}:1", string.Join(", ", header), "give each column a name of its own");
        }

        long number = 0;
        while (fields.Next() is { } row)
        {
            if (row.Count != header.Count)
            {
                throw new DatasetFormatException("A row has another number of fields than the header.", $"{Path}:{fields.RowLine}", $"{row.Count} fields, {header.Count} columns ({string.Join(", ", header)})", "quote fields that hold separators or line breaks");
            }

            yield return new DataRow(Path, ++number, fields.RowLine, Write(header, row));
        }
    }

    private static byte[] Write(List<string> header, List<string> row)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            for (int i = 0; i < row.Count; i++)
            {
                json.WriteString(header[i], row[i]);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private sealed class FieldReader(string path, StreamReader text, char separator)
    {
        private long _line = 1;

        public long RowLine { get; private set; }

        /// <summary>The fields of the next row; null at the end.</summary>
        public List<string>? Next()
        {
            var fields = new List<string>();
            while (true)
            {
                RowLine = _line;
                if (Peek() < 0)
                {
                    return null;
                }

                ReadRow(fields);
                if (fields.Count > 1 || fields[0].Length > 0)
                {
                    return fields;
                }

                fields.Clear(); // a blank line
            }
        }

        private void ReadRow(List<string> fields)
        {
            var field = new StringBuilder();
            int size = 0;
            while (true)
            {
                int next = Take();
                if (next == '"' && field.Length == 0)
                {
                    ReadQuoted(field);
                    next = Take();
                    if (next != separator && next is not (-1 or '\n' or '\r'))
                    {
                        throw Malformed($"'{(char)next}' follows a closing quote");
                    }
                }

                if (next == '\r' && Peek() == '\n')
                {
                    next = Take();
                }

                if (next == separator || next is -1 or '\n' or '\r')
                {
                    size += field.Length;
                    fields.Add(field.ToString());
                    field.Clear();
                    if (next != separator)
                    {
                        return;
                    }
                }
                else
                {
                    field.Append((char)next);
                }

                Limit(size + field.Length);
            }
        }

        private void ReadQuoted(StringBuilder field)
        {
            while (true)
            {
                int next = Take();
                if (next < 0)
                {
                    throw Malformed("a quoted field does not end");
                }

                if (next == '"')
                {
                    if (Peek() != '"')
                    {
                        return;
                    }

                    Take();
                }

                field.Append((char)next);
                Limit(field.Length);
            }
        }

        private void Limit(int size)
        {
            if (size > MaxRowSize)
            {
                throw Malformed("a row is longer than 64 Mi characters; a quote is missing");
            }
        }

        private int Peek() => Guard(text.Peek);

        private int Take()
        {
            int taken = Guard(text.Read);
            _line += taken == '\n' ? 1 : 0;
            return taken;
        }

        private int Guard(Func<int> read)
        {
            try
            {
                return read();
            }
            catch (DecoderFallbackException e)
            {
                throw new DatasetFormatException("The table is not UTF-8.", $"{path}:{_line}", e.Message, "save the file as UTF-8", e);
            }
        }

        private DatasetFormatException Malformed(string detail) =>
            new("The table is malformed.", $"{path}:{RowLine}", detail, "quote fields that hold separators, quotes or line breaks, and double the quotes in them");
    }
}
