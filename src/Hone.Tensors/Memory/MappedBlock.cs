using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Hone.Tensors.Memory;

/// <summary>A read-only window on a file; pages come in when they are read and are shared between processes.</summary>
internal sealed unsafe partial class MappedBlock : MemoryBlock
{
    private const int MadviseDontNeed = 4;

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

    public override void Evict()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // Whole pages inside the block: its neighbours in the file may share the first and the last one.
        nint page = Environment.SystemPageSize;
        nint begin = (AddressValue + page - 1) / page * page, end = (nint)(Address + SizeBytes) / page * page;
        if (begin < end)
        {
            // Advice only: the mapping is read-only, so that nothing can be lost, and a refusal costs memory alone.
            _ = Advise((void*)begin, (nuint)(end - begin), MadviseDontNeed);
        }
    }

    public override void Return()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* address, nuint length, int advice);
}
