using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>Native memory for packed weights and caches, on huge pages where the system grants them.</summary>
internal sealed unsafe partial class LargeMemory : SafeHandleZeroOrMinusOneIsInvalid
{
    private const nuint SmallAlignment = 64, HugePage = 2 << 20;
    private const int MadviseHugePage = 14;

    /// <summary>Allocates <paramref name="size"/> bytes.</summary>
    /// <param name="size">Bytes.</param>
    /// <param name="isCleared">Writes zeros, which makes all of it resident; otherwise the content is undefined and comes in when it is touched.</param>
    /// <exception cref="OutOfMemoryException">The system has no such block.</exception>
    public LargeMemory(nuint size, bool isCleared = true)
        : base(ownsHandle: true)
    {
        bool huge = size >= 2 * HugePage;
        SetHandle((nint)NativeMemory.AlignedAlloc(size, huge ? HugePage : SmallAlignment));
        if (huge && OperatingSystem.IsLinux())
        {
            // Advice only: refused where huge pages are off, and nothing depends on it but speed.
            _ = Advise((void*)handle, size, MadviseHugePage);
        }

        if (isCleared)
        {
            NativeMemory.Clear((void*)handle, size);
        }

        GC.AddMemoryPressure((long)size);
        Size = size;
    }

    /// <summary>Bytes.</summary>
    public nuint Size { get; }

    /// <summary>First byte; valid until disposed.</summary>
    public byte* Pointer => (byte*)handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        GC.RemoveMemoryPressure((long)Size);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* address, nuint length, int advice);
}
