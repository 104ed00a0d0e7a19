using System.Buffers.Binary;
using Hone.Core.Runs;
using Hone.Pipelines.Reports;

namespace Hone.Pipelines.Tests;

public sealed class TensorBoardWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hone-board").FullName;

    [Fact]
    public void Write_OfScalars_MakesRecordsThatTheFormatDescribes()
    {
        using (var writer = new TensorBoardWriter(new PhysicalFileSystem(), _folder, new FixedTime()))
        {
            writer.Write(1, [KeyValuePair.Create("train/loss", 1.5)]);
            writer.Write(300, [KeyValuePair.Create("train/loss", 0.25), KeyValuePair.Create("a", -2.0)]);
        }

        string file = Assert.Single(Directory.GetFiles(_folder));
        Assert.StartsWith("events.out.tfevents.", Path.GetFileName(file), StringComparison.Ordinal);
        byte[][] events = [.. Records(File.ReadAllBytes(file))];
        Assert.Equal(3, events.Length);
        // Field 1 (wall time, 64 bits), then field 3 (text of 13 letters).
        Assert.Equal([0x09, .. BitConverter.GetBytes(1_700_000_000.5), 0x1a, 13, .. "brain.Event:2"u8], events[0]);
        // Field 2 (step), then field 5 (summary) with values of field 1: tag in field 1, float in field 2.
        Assert.Equal([0x09, .. BitConverter.GetBytes(1_700_000_000.5), 0x10, 1, 0x2a, 19, 0x0a, 17, 0x0a, 10, .. "train/loss"u8, 0x15, .. BitConverter.GetBytes(1.5f)], events[1]);
        Assert.Equal(
            [
                0x09, .. BitConverter.GetBytes(1_700_000_000.5), 0x10, 0xac, 0x02, 0x2a, 29, 0x0a, 17, 0x0a, 10, .. "train/loss"u8, 0x15, .. BitConverter.GetBytes(0.25f),
                0x0a, 8, 0x0a, 1, .. "a"u8, 0x15, .. BitConverter.GetBytes(-2f),
            ],
            events[2]);
    }

    [Fact]
    public void Crc_OfTheStandardsExample_HasItsValue() => Assert.Equal(0xe3069283u, Crc("123456789"u8)); // RFC 3720's check value of CRC-32C

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static IEnumerable<byte[]> Records(byte[] file)
    {
        for (int at = 0; at < file.Length;)
        {
            int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Masked(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            byte[] data = file[(at + 12)..(at + 12 + length)];
            Assert.Equal(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            yield return data;
            at += length + 16;
        }
    }

    private static uint Masked(ReadOnlySpan<byte> data)
    {
        uint crc = Crc(data);
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
    }

    /// <summary>CRC-32C bit by bit.</summary>
    private static uint Crc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
            }
        }

        return ~crc;
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_500);
    }
}
