using Hone.Tensors.Memory;

namespace Hone.Tensors;

/// <summary>A file mapped into memory once, whose stretches are tensors: nothing is read before it is used, and processes share what was read.</summary>
/// <remarks>Tensors on the file keep it mapped after this object is disposed. The file must not be shortened meanwhile; replacing it by another is harmless.</remarks>
public sealed class MappedFile : IDisposable
{
    private readonly Storage? _storage;
    private bool _isDisposed;

    /// <summary>Maps a file.</summary>
    /// <param name="path">The file; may be empty.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public MappedFile(string path)
    {
        Path = path;
        SizeBytes = new FileInfo(path).Length;
        _storage = SizeBytes == 0 ? null : new Storage(new MappedBlock(path, 0, SizeBytes), Device.Cpu);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Its size.</summary>
    public long SizeBytes { get; }

    /// <summary>A read-only tensor on a stretch of the file; a copy when the stretch does not begin at a multiple of the element size.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="dtype">Element type of the bytes, little endian.</param>
    /// <param name="shape">Shape, row-major.</param>
    /// <exception cref="ArgumentOutOfRangeException">The stretch does not lie inside the file.</exception>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public unsafe Tensor View(long offset, DType dtype, Shape shape)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        long size = checked(shape.ElementCount * dtype.SizeBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, SizeBytes - size);
        if (_storage is null || size == 0)
        {
            return Tensor.Zeros(dtype, shape);
        }

        if (offset % dtype.SizeBytes == 0)
        {
            _storage.Hold();
            return new Tensor(_storage, dtype, shape, Strided.RowMajor(shape.Dimensions), offset / dtype.SizeBytes);
        }

        Tensor copy = Tensor.Empty(dtype, shape);
        Buffer.MemoryCopy(_storage.Address + offset, copy.Address, size, size); // both hold size bytes from there: checked above, and by Empty
        return copy;
    }

    /// <summary>Closes the file as far as this object holds it.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _storage?.LetGo();
        }
    }
}
