using System.IO.MemoryMappedFiles;

namespace Hone.Tensors.Memory;

/// <summary>A read-only window on a file; pages come in when they are read and are shared between processes.</summary>
internal sealed unsafe class MappedBlock : MemoryBlock
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <summary>Maps <paramref name="sizeBytes"/> bytes of <paramref name="path"/> from <paramref name="offset"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie inside the file.</exception>
    public MappedBlock(string path, long offset, long sizeBytes)
    {
        long length = new FileInfo(path).Length;
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sizeBytes);
        if (offset > length - sizeBytes)
        {
            throw new ArgumentOutOfRangeException(nameof(sizeBytes), sizeBytes, $"{path} holds {length} bytes; bytes {offset} to {offset + sizeBytes} were asked for.");
        }

        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(offset, sizeBytes, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Address = start + _view.PointerOffset;
        SizeBytes = sizeBytes;
    }

    public override bool IsReadOnly => true;

    public override void Return()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
