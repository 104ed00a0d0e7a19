using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Hone.Core.Runs;

namespace Hone.Data.Datasets;

/// <summary>Writes the file of an <see cref="ExampleStore"/>, which appears whole or not at all.</summary>
internal sealed class ExampleStoreWriter : IDisposable
{
    private readonly AtomicFile _file;
    private readonly ArrayBufferWriter<byte> _index = new();
    private long _count;
    private long _tokens;

    /// <summary>Begins the file.</summary>
    public ExampleStoreWriter(IFileSystem files, string path, ReadOnlySpan<byte> key)
    {
        _file = new AtomicFile(files, path);
        _file.Write(ExampleStore.Magic);
        _file.Write(key);
    }

    /// <summary>Adds an example; those of one source follow each other.</summary>
    public void Add(SftExample example, long row, int source, ExampleRole role = ExampleRole.Whole)
    {
        byte[] stored = new byte[example.InputIds.Length * sizeof(int)];
        for (int i = 0; i < example.InputIds.Length; i++)
        {
            int id = example.InputIds[i];
            BinaryPrimitives.WriteInt32LittleEndian(stored.AsSpan(i * sizeof(int)), example.Labels[i] == SftExample.IgnoreIndex ? ~id : id);
        }

        _file.Write(stored);
        _tokens += example.InputIds.Length;
        Span<byte> entry = _index.GetSpan(ExampleStore.EntryBytes);
        BinaryPrimitives.WriteInt64LittleEndian(entry, _tokens);
        BinaryPrimitives.WriteInt64LittleEndian(entry[8..], row);
        BinaryPrimitives.WriteInt32LittleEndian(entry[16..], example.TrainedTokens);
        BinaryPrimitives.WriteInt32LittleEndian(entry[20..], source);
        BinaryPrimitives.WriteInt32LittleEndian(entry[24..], (int)role);
        _index.Advance(ExampleStore.EntryBytes);
        _count++;
    }

    /// <summary>Ends the file and puts it in place.</summary>
    public void Commit(DataReport report)
    {
        byte[] json = report.ToJson();
        byte[] footer = new byte[ExampleStore.FooterBytes];
        BinaryPrimitives.WriteInt64LittleEndian(footer, _count);
        BinaryPrimitives.WriteInt64LittleEndian(footer.AsSpan(8), _tokens);
        BinaryPrimitives.WriteInt64LittleEndian(footer.AsSpan(16), json.Length);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_index.WrittenSpan);
        hash.AppendData(json);
        hash.GetHashAndReset(footer.AsSpan(24));
        ExampleStore.Magic.CopyTo(footer.AsSpan(24 + ExampleStore.KeyBytes));
        _file.Write(_index.WrittenSpan);
        _file.Write(json);
        _file.Write(footer);
        _file.Commit();
    }

    /// <summary>Leaves nothing behind unless the file was put in place.</summary>
    public void Dispose() => _file.Dispose();
}
