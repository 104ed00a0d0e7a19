using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Hone.Core.Runs;

/// <summary>Makes a rename durable: on Unix the folder itself has to reach the disk, which .NET has no call for.</summary>
internal static partial class FolderFlush
{
    private const int ReadOnly = 0; // O_RDONLY
    private const int InvalidArgument = 22; // EINVAL: the file system has nothing to flush for folders

    /// <summary>Flushes a folder; does nothing on Windows, where a rename is journalled with the file system.</summary>
    /// <exception cref="IOException">The operating system reports an error.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using SafeFileHandle handle = Open(folder, ReadOnly);
        if (handle.IsInvalid)
        {
            throw new IOException($"The folder '{folder}' cannot be opened to flush it: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        if (Sync(handle) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
        {
            throw new IOException($"The folder '{folder}' cannot be flushed: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(SafeFileHandle handle);
}
