using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>A GGUF file, mapped into memory, with its tensors under their own names.</summary>
internal sealed class GgufFile : IDisposable
{
    private readonly MappedFile _file;

    /// <summary>Maps a file and reads its header.</summary>
    /// <exception cref="CheckpointFormatException">The file is damaged or is no GGUF file.</exception>
    public GgufFile(string path)
    {
        Path = path;
        _file = new MappedFile(path);
        try
        {
            using Tensor start = _file.View(0, DType.U8, new Shape((int)Math.Min(_file.SizeBytes, int.MaxValue)));
            Header = GgufHeader.Parse(start.Read<byte>(), _file.SizeBytes, path);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What it holds.</summary>
    public GgufHeader Header { get; }

    /// <summary>Whether a file begins as GGUF files do.</summary>
    public static bool Looks(string path)
    {
        using FileStream stream = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[sizeof(uint)];
        return stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && magic.SequenceEqual("GGUF"u8);
    }

    /// <summary>A tensor of plain elements, or one of the equal parts into which its outermost dimension is cut.</summary>
    /// <param name="tensor">One of the header's tensors.</param>
    /// <param name="shape">Shape of the part.</param>
    /// <param name="part">Which part, from 0.</param>
    public Tensor Load(GgufTensor tensor, Shape shape, int part = 0)
    {
        if (tensor.Type.Loaded is not { } dtype)
        {
            throw Unreadable(tensor);
        }

        long size = shape.ElementCount * tensor.Type.BlockBytes;
        long offset = Header.DataStart + tensor.Offset + (part * size);
        if (tensor.Type.IsStoredAsLoaded && !Header.IsBigEndian)
        {
            return _file.View(offset, dtype, shape);
        }

        using Tensor raw = _file.View(offset, DType.U8, new Shape(checked((int)size)));
        byte[] bytes = raw.ToArray<byte>();
        if (Header.IsBigEndian)
        {
            for (int i = 0; i < bytes.Length; i += tensor.Type.BlockBytes)
            {
                Array.Reverse(bytes, i, tensor.Type.BlockBytes);
            }
        }

        return Widening.Read(bytes, shape, tensor.Type.Name, $"{tensor.Name} in {Path}");
    }

    /// <summary>A matrix of blocks, or one of the equal parts into which a stack of matrices is cut.</summary>
    /// <param name="tensor">One of the header's tensors.</param>
    /// <param name="shape">Shape of the part; all but the last dimension are rows.</param>
    /// <param name="part">Which part, from 0.</param>
    public QuantizedMatrix LoadBlocks(GgufTensor tensor, Shape shape, int part = 0)
    {
        if (tensor.Type.Format is not { } format || Header.IsBigEndian)
        {
            throw Unreadable(tensor);
        }

        int columns = shape[-1];
        int rows = checked((int)(shape.ElementCount / columns));
        var bytes = new Shape(rows, checked((int)format.RowBytes(columns)));
        return new QuantizedMatrix(format, rows, columns, _file.View(Header.DataStart + tensor.Offset + (part * bytes.ElementCount), DType.U8, bytes));
    }

    /// <summary>The bytes of a tensor as the file has them, in pieces of bounded size.</summary>
    public IEnumerable<Tensor> Bytes(GgufTensor tensor)
    {
        const int PieceBytes = 1 << 30;
        for (long offset = 0; offset < tensor.SizeBytes; offset += PieceBytes)
        {
            yield return _file.View(Header.DataStart + tensor.Offset + offset, DType.U8, new Shape((int)Math.Min(PieceBytes, tensor.SizeBytes - offset)));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private CheckpointFormatException Unreadable(GgufTensor tensor) => new(
        "A tensor has a type that cannot be read.",
        $"{tensor.Name} in {Path}",
        $"{tensor.Type.Name} {tensor.Shape}{(Header.IsBigEndian && tensor.Type.Format is not null ? ", blocks of a big-endian file" : string.Empty)}",
        $"Get the model in one of: f32, f16, bf16, {string.Join(", ", Enum.GetValues<BlockFormat>().Select(format => format.Name))}.");
}
