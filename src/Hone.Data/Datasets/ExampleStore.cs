using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Hone.Data.Packing;
using Microsoft.Win32.SafeHandles;

namespace Hone.Data.Datasets;

/// <summary>Examples in a file, read one at a time by number: more of them than fit into memory can be shuffled, grouped and packed by their lengths.</summary>
/// <remarks>
/// <para>Eight bytes an example are held in memory. The file, little endian: <c>HONESFT2</c>, the key of what it was made from (32 bytes); the tokens
/// (4 bytes each: the id if it is trained, its one's complement if not); of each example where its tokens end (8), its row number (8), its number of
/// trained tokens (4), its source (4) and its role (4); the report (JSON); the number of examples, of tokens and of the report's bytes (8 each), the SHA-256 of all
/// between tokens and here, <c>HONESFT2</c>.</para>
/// <para>Safe for several threads at a time.</para>
/// </remarks>
public sealed class ExampleStore : IDisposable
{
    internal const int KeyBytes = 32;
    internal const int EntryBytes = 28;
    internal const int FooterBytes = 8 + 8 + 8 + KeyBytes + 8;
    internal const int TokensStart = 8 + KeyBytes;
    private const int BlockEntries = 4096;

    private readonly SafeFileHandle _file;
    private readonly long[] _ends;
    private readonly long _indexStart;

    private ExampleStore(string path, SafeFileHandle file, long[] ends, long indexStart, ImmutableArray<int> sourceEnds, DataReport report)
    {
        Path = path;
        _file = file;
        _ends = ends;
        _indexStart = indexStart;
        SourceEnds = sourceEnds;
        Report = report;
    }

    /// <summary>First and last bytes of a file.</summary>
    internal static ReadOnlySpan<byte> Magic => "HONESFT2"u8;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Number of examples.</summary>
    public int Count => _ends.Length;

    /// <summary>Number of tokens of all examples.</summary>
    public long Tokens => _ends.Length == 0 ? 0 : _ends[^1];

    /// <summary>Of each source the number of the first example that is no longer its own; sources lie one behind the other.</summary>
    public ImmutableArray<int> SourceEnds { get; }

    /// <summary>What became of the rows that it was made from.</summary>
    public DataReport Report { get; }

    /// <summary>Opens a file if it is whole and was made from what the key stands for.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">SHA-256 of everything that the examples depend on.</param>
    /// <returns>Null if there is no file, or one of another key, or a damaged one.</returns>
    public static ExampleStore? TryOpen(string path, ReadOnlySpan<byte> key)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        ExampleStore? store = null;
        try
        {
            store = Read(path, file, key);
            return store;
        }
        catch (Exception e) when (e is EndOfStreamException or JsonException)
        {
            return null;
        }
        finally
        {
            if (store is null)
            {
                file.Dispose();
            }
        }
    }

    /// <summary>Number of tokens of an example.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such example.</exception>
    public int LengthOf(int example) => (int)(_ends[example] - (example == 0 ? 0 : _ends[example - 1]));

    /// <summary>Number of the row that an example was made from, from 1 in its file.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    public long RowOf(int example) => BinaryPrimitives.ReadInt64LittleEndian(Entry(example).AsSpan(8));

    /// <summary>Number of an example's trained tokens.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    public int TrainedTokensOf(int example) => BinaryPrimitives.ReadInt32LittleEndian(Entry(example).AsSpan(16));

    /// <summary>Number of the source of an example.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    public int SourceOf(int example) => BinaryPrimitives.ReadInt32LittleEndian(Entry(example).AsSpan(20));

    /// <summary>What an example is to its row.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    public ExampleRole RoleOf(int example) => (ExampleRole)BinaryPrimitives.ReadInt32LittleEndian(Entry(example).AsSpan(24));

    /// <summary>Reads a whole example.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    public SftExample Read(int example)
    {
        CheckNumber(example);
        return Read(new ExampleSegment(example, 0, LengthOf(example)));
    }

    /// <summary>Reads a stretch of an example.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stretch.</exception>
    public SftExample Read(ExampleSegment segment)
    {
        CheckNumber(segment.Example);
        ArgumentOutOfRangeException.ThrowIfNegative(segment.Start, nameof(segment));
        ArgumentOutOfRangeException.ThrowIfNegative(segment.Length, nameof(segment));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(segment.Start, LengthOf(segment.Example) - segment.Length, nameof(segment));
        long first = (segment.Example == 0 ? 0 : _ends[segment.Example - 1]) + segment.Start;
        byte[] stored = new byte[segment.Length * sizeof(int)];
        ReadExactly(_file, stored, TokensStart + first * sizeof(int));
        int[] ids = new int[segment.Length], labels = new int[segment.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            int value = BinaryPrimitives.ReadInt32LittleEndian(stored.AsSpan(i * sizeof(int)));
            ids[i] = value >= 0 ? value : ~value;
            labels[i] = value >= 0 ? value : SftExample.IgnoreIndex;
        }

        return new SftExample(ImmutableCollectionsMarshal.AsImmutableArray(ids), ImmutableCollectionsMarshal.AsImmutableArray(labels));
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private static ExampleStore? Read(string path, SafeFileHandle file, ReadOnlySpan<byte> key)
    {
        long size = RandomAccess.GetLength(file);
        if (size < TokensStart + FooterBytes)
        {
            return null;
        }

        byte[] head = new byte[TokensStart], footer = new byte[FooterBytes];
        ReadExactly(file, head, 0);
        ReadExactly(file, footer, size - FooterBytes);
        long count = BinaryPrimitives.ReadInt64LittleEndian(footer);
        long tokens = BinaryPrimitives.ReadInt64LittleEndian(footer.AsSpan(8));
        long reportBytes = BinaryPrimitives.ReadInt64LittleEndian(footer.AsSpan(16));
        bool isOurs = head.AsSpan().StartsWith(Magic) && footer.AsSpan().EndsWith(Magic) && head.AsSpan(Magic.Length).SequenceEqual(key);
        bool isPlausible = count is >= 0 and <= int.MaxValue && tokens >= 0 && reportBytes is >= 0 and <= int.MaxValue
            && (UInt128)size == (UInt128)TokensStart + (UInt128)tokens * sizeof(int) + (UInt128)count * EntryBytes + (UInt128)reportBytes + FooterBytes;
        return isOurs && isPlausible ? ReadIndex(path, file, (int)count, tokens, (int)reportBytes, footer.AsSpan(24, KeyBytes)) : null;
    }

    private static ExampleStore? ReadIndex(string path, SafeFileHandle file, int count, long tokens, int reportBytes, ReadOnlySpan<byte> expectedHash)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var ends = new long[count];
        var sourceEnds = new List<int>();
        long indexStart = TokensStart + tokens * sizeof(int), last = 0;
        byte[] block = new byte[BlockEntries * EntryBytes];
        for (int start = 0; start < count; start += BlockEntries)
        {
            Span<byte> read = block.AsSpan(0, Math.Min(BlockEntries, count - start) * EntryBytes);
            ReadExactly(file, read, indexStart + (long)start * EntryBytes);
            hash.AppendData(read);
            for (int i = 0; i < read.Length / EntryBytes; i++)
            {
                ReadOnlySpan<byte> entry = read[(i * EntryBytes)..];
                long end = BinaryPrimitives.ReadInt64LittleEndian(entry);
                int source = BinaryPrimitives.ReadInt32LittleEndian(entry[20..]);
                if (end < last || end - last > int.MaxValue || end > tokens || source < sourceEnds.Count - 1 || source > count)
                {
                    return null;
                }

                while (sourceEnds.Count <= source)
                {
                    sourceEnds.Add(start + i);
                }

                sourceEnds[source] = start + i + 1;
                ends[start + i] = last = end;
            }
        }

        byte[] report = new byte[reportBytes];
        ReadExactly(file, report, indexStart + (long)count * EntryBytes);
        hash.AppendData(report);
        return last == tokens && hash.GetHashAndReset().AsSpan().SequenceEqual(expectedHash)
            ? new ExampleStore(path, file, ends, indexStart, [.. sourceEnds], DataReport.FromJson(report))
            : null;
    }

    private static void ReadExactly(SafeFileHandle file, Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(file, destination, offset);
            if (read == 0)
            {
                throw new EndOfStreamException("The file of examples became shorter while it was open.");
            }

            destination = destination[read..];
            offset += read;
        }
    }

    private byte[] Entry(int example)
    {
        CheckNumber(example);
        byte[] entry = new byte[EntryBytes];
        ReadExactly(_file, entry, _indexStart + (long)example * EntryBytes);
        return entry;
    }

    private void CheckNumber(int example)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(example);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(example, Count);
    }
}
