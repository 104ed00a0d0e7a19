using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Hone.Core.Runs;

namespace Hone.Training.References;

/// <summary>Values of neighbouring sequences in a file.</summary>
/// <remarks>
/// Little endian: <c>HONEREF1</c>, the SHA-256 of the key (32 bytes), the number of the first sequence and the number of sequences (4 each), the values
/// (f32), the SHA-256 of all before it.
/// </remarks>
/// <param name="path">The file.</param>
/// <param name="key">What the values depend on.</param>
/// <param name="first">Number of the first sequence.</param>
internal sealed class ReferenceFile(string path, string key, int first)
{
    private const int HashBytes = 32;
    private const int HeadBytes = 8 + HashBytes + 8;

    private static ReadOnlySpan<byte> Magic => "HONEREF1"u8;

    /// <summary>Reads the values, if the file is there, whole, and of the same key.</summary>
    /// <param name="values">Receives them; untouched when the result is <see langword="false"/>.</param>
    /// <param name="warn">Told about a file that cannot be used.</param>
    public bool TryRead(Span<float> values, Action<string>? warn)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        byte[] content = File.ReadAllBytes(path);
        byte[] head = Head(values.Length);
        bool isWhole = content.Length == HeadBytes + (values.Length * sizeof(float)) + HashBytes && SHA256.HashData(content.AsSpan(..^HashBytes)).AsSpan().SequenceEqual(content.AsSpan(^HashBytes..));
        if (!isWhole || !content.AsSpan(0, HeadBytes).SequenceEqual(head))
        {
            warn?.Invoke($"the file of reference values {path} is {(isWhole ? "of another model or other data" : "damaged")} and is made again");
            return false;
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(content.AsSpan(HeadBytes + (i * sizeof(float))));
        }

        return true;
    }

    /// <summary>Writes the values in place of an earlier file.</summary>
    /// <exception cref="RunFolderException">The disk is full or cannot be written.</exception>
    public void Write(IFileSystem files, ReadOnlySpan<float> values)
    {
        byte[] content = new byte[HeadBytes + (values.Length * sizeof(float)) + HashBytes];
        Head(values.Length).CopyTo(content, 0);
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(content.AsSpan(HeadBytes + (i * sizeof(float))), values[i]);
        }

        SHA256.HashData(content.AsSpan(..^HashBytes), content.AsSpan(^HashBytes..));
        AtomicFile.Write(files, path, content);
    }

    private byte[] Head(int count)
    {
        byte[] head = new byte[HeadBytes];
        Magic.CopyTo(head);
        SHA256.HashData(Encoding.UTF8.GetBytes(key), head.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8 + HashBytes), first);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12 + HashBytes), count);
        return head;
    }
}
