using Hone.Core.Errors;

namespace Hone.Core.Runs;

/// <summary>A run folder that cannot be created, locked, read or written.</summary>
public sealed class RunFolderException : HoneException
{
    // errno ENOSPC and EDQUOT on Linux and macOS; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL on Windows.
    private static readonly int[] FullDiskCodes = [28, 122, 69, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    /// <summary>Creates an error from its parts.</summary>
    /// <param name="what">One sentence that says what failed.</param>
    /// <param name="where">The file or folder.</param>
    /// <param name="facts">What was found.</param>
    /// <param name="fix">What repairs it.</param>
    /// <param name="inner">The failure this one explains.</param>
    public RunFolderException(string what, string where, string facts, string fix, Exception? inner = null)
        : base(what, where, facts, fix, inner)
    {
    }

    /// <summary>Explains a failed write.</summary>
    /// <param name="path">The file that was being written.</param>
    /// <param name="cause">The operating system's error.</param>
    public static RunFolderException ForWrite(string path, Exception cause)
    {
        bool full = cause is IOException && FullDiskCodes.Contains(cause.HResult);
        return new RunFolderException(
            full ? "The disk is full; the file was not written and an earlier version of it is unchanged." : "A file cannot be written; an earlier version of it is unchanged.",
            path,
            cause.Message,
            full ? "free some space, then continue with --resume" : "make the folder writable, then continue with --resume",
            cause);
    }
}
