using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Models.Checkpoints;

/// <summary>A tensor about to be written: what it will be, known beforehand, and its content, made piece by piece when its turn comes.</summary>
/// <param name="Name">Key in the file.</param>
/// <param name="Shape">Outermost dimension first.</param>
/// <param name="DType">Element type; <see langword="null"/> for blocks.</param>
/// <param name="Format">Block format; <see langword="null"/> for plain elements.</param>
/// <param name="Read">Gives contiguous tensors whose bytes, one after the other, are the content; each is disposed once it is written.</param>
public sealed record TensorContent(string Name, Shape Shape, DType? DType, BlockFormat? Format, Func<IEnumerable<Tensor>> Read)
{
    /// <summary>Bytes of the content.</summary>
    public long SizeBytes => Format is { } format
        ? Shape.ElementCount / format.BlockLength * format.BlockBytes
        : Shape.ElementCount * (DType ?? throw new InvalidOperationException($"'{Name}' has neither an element type nor a block format.")).SizeBytes;

    /// <summary>A tensor at hand; it stays the caller's.</summary>
    public static TensorContent Of(string name, Tensor tensor) => new(name, tensor.Shape, tensor.DType, null, () => [tensor.Detach()]);

    /// <summary>A tensor of a checkpoint, in the type in which it is loaded.</summary>
    /// <param name="source">Must stay open until the content is written.</param>
    /// <param name="name">A key of the source.</param>
    public static TensorContent From(TensorSource source, string name)
    {
        TensorEntry entry = source.Entries[name];
        return entry.Format is { } format
            ? new TensorContent(name, entry.Shape, null, format, () => [source.LoadBlocks(name).Bytes])
            : new TensorContent(name, entry.Shape, entry.DType, null, () => [source.Load(name)]);
    }

    /// <summary>Passes the bytes of the content to <paramref name="write"/> in pieces of bounded size.</summary>
    /// <exception cref="InvalidOperationException">The content is not as long as announced.</exception>
    internal void WriteTo(Action<ReadOnlySpan<byte>> write)
    {
        const int PieceBytes = 1 << 22;
        long written = 0;
        foreach (Tensor part in Read())
        {
            using (part)
            {
                long size = part.ElementCount * part.DType.SizeBytes;
                for (long offset = 0; offset < size; offset += PieceBytes)
                {
                    write(part.ReadBytes(offset, (int)Math.Min(PieceBytes, size - offset)));
                }

                written += size;
            }
        }

        if (written != SizeBytes)
        {
            throw new InvalidOperationException($"'{Name}' gave {written} bytes; {DType?.Name ?? Format?.Name} {Shape} takes {SizeBytes}.");
        }
    }
}
