using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Hone.Core.Runs;

namespace Hone.Pipelines.Reports;

/// <summary>Writes scalars into an event file that TensorBoard reads.</summary>
/// <remarks>
/// Records of <c>length (8 bytes), masked CRC of it (4), event (protobuf), masked CRC of that (4)</c>, little endian. Source: TensorFlow,
/// <c>tensorflow/core/lib/io/record_writer.h</c> and <c>tensorflow/core/util/event.proto</c>.
/// </remarks>
public sealed class TensorBoardWriter : IDisposable
{
    private const uint CrcMask = 0xa282ead8; // added to a rotated CRC: data that hold CRCs themselves stay safe
    private const int WallTime = 1, Step = 2, FileVersion = 3, Summary = 5; // fields of an event
    private const int Value = 1, Tag = 1, SimpleValue = 2;                   // fields of a summary and of its values
    private const int VarInt = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;       // wire types

    private readonly Stream _file;
    private readonly TimeProvider _time;

    /// <summary>Begins an event file.</summary>
    /// <param name="files">The file operations to use.</param>
    /// <param name="folder">TensorBoard's log folder; made when it does not exist.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="RunFolderException">The file cannot be made.</exception>
    public TensorBoardWriter(IFileSystem files, string folder, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        string path = Path.Combine(folder, $"events.out.tfevents.{time.GetUtcNow().ToUnixTimeMilliseconds()}.hone");
        try
        {
            Directory.CreateDirectory(folder);
            _file = files.Create(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw RunFolderException.ForWrite(path, e);
        }

        var version = new MemoryStream();
        WriteTime(version);
        WriteBytes(version, FileVersion, "brain.Event:2"u8);
        WriteRecord(version);
    }

    /// <summary>Writes figures of a step.</summary>
    /// <param name="step">Number of the step.</param>
    /// <param name="scalars">Tags and values.</param>
    /// <exception cref="RunFolderException">The disk is full.</exception>
    public void Write(long step, IEnumerable<KeyValuePair<string, double>> scalars)
    {
        ArgumentNullException.ThrowIfNull(scalars);
        var summary = new MemoryStream();
        foreach ((string tag, double value) in scalars)
        {
            var entry = new MemoryStream();
            WriteBytes(entry, Tag, Encoding.UTF8.GetBytes(tag));
            WriteSingle(entry, SimpleValue, (float)value);
            WriteBytes(summary, Value, entry.ToArray());
        }

        var record = new MemoryStream();
        WriteTime(record);
        WriteKey(record, Step, VarInt);
        WriteVarInt(record, (ulong)step);
        WriteBytes(record, Summary, summary.ToArray());
        WriteRecord(record);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private static void WriteKey(Stream stream, int field, int wireType) => WriteVarInt(stream, (ulong)((field << 3) | wireType));

    private static void WriteVarInt(Stream stream, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            stream.WriteByte((byte)(value | 0x80));
        }

        stream.WriteByte((byte)value);
    }

    private static void WriteBytes(Stream stream, int field, ReadOnlySpan<byte> content)
    {
        WriteKey(stream, field, Bytes);
        WriteVarInt(stream, (ulong)content.Length);
        stream.Write(content);
    }

    private static void WriteSingle(Stream stream, int field, float value)
    {
        WriteKey(stream, field, Fixed32);
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private static uint MaskedCrc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return BitOperations.RotateRight(~crc, 15) + CrcMask;
    }

    private void WriteTime(Stream stream)
    {
        WriteKey(stream, WallTime, Fixed64);
        Span<byte> seconds = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(seconds, _time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
        stream.Write(seconds);
    }

    private void WriteRecord(MemoryStream record)
    {
        byte[] data = record.ToArray();
        byte[] whole = new byte[data.Length + 16];
        BinaryPrimitives.WriteInt64LittleEndian(whole, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(8), MaskedCrc(whole.AsSpan(0, 8)));
        data.CopyTo(whole, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(12 + data.Length), MaskedCrc(data));
        try
        {
            _file.Write(whole);
            _file.Flush();
        }
        catch (IOException e)
        {
            throw RunFolderException.ForWrite("TensorBoard's event file", e);
        }
    }
}
