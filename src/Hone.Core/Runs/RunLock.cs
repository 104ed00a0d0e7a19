using System.Diagnostics;
using System.Globalization;

namespace Hone.Core.Runs;

/// <summary>Keeps a second process out of a run folder; the operating system lets go of it however the process ends.</summary>
internal sealed class RunLock : IDisposable
{
    /// <summary>The locked file; it stays empty.</summary>
    public const string FileName = "run.lock";

    /// <summary>Says who holds the lock, in a file of its own because a locked file cannot be read on every system.</summary>
    public const string OwnerFileName = "run.lock.owner";

    private readonly FileStream _handle;

    private RunLock(FileStream handle)
    {
        _handle = handle;
    }

    /// <summary>Takes the lock of a folder.</summary>
    /// <exception cref="RunFolderException">Another process holds it; the message names that process.</exception>
    public static RunLock Acquire(string folder, TimeProvider time)
    {
        if (TryAcquire(folder, time) is { } taken)
        {
            return taken;
        }

        string owner = ReadOwner(folder);
        string process = owner.Split(' ')[0];
        throw new RunFolderException(
            "The run is in use by another process.",
            folder,
            owner.Length > 0 ? $"process {owner}" : "its owner has not written its number yet",
            int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? $"wait for it to end, or stop it: kill {process}" : "wait for it to end");
    }

    /// <summary>Takes the lock of a folder if no process holds it.</summary>
    /// <exception cref="RunFolderException">The folder cannot be written.</exception>
    public static RunLock? TryAcquire(string folder, TimeProvider time)
    {
        string path = Path.Combine(folder, FileName);
        FileStream handle;
        try
        {
            handle = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw RunFolderException.ForWrite(path, e);
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException) && File.Exists(path))
        {
            return null;
        }
        catch (IOException e)
        {
            throw RunFolderException.ForWrite(path, e);
        }

        try
        {
            using var self = Process.GetCurrentProcess();
            File.WriteAllText(Path.Combine(folder, OwnerFileName), $"{self.Id} on {Environment.MachineName} since {time.GetUtcNow():yyyy-MM-dd HH:mm:ss}Z");
            return new RunLock(handle);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            handle.Dispose();
            throw RunFolderException.ForWrite(path, e);
        }
    }

    /// <summary>Says whether a process holds the lock of a folder, without taking it.</summary>
    public static bool IsHeld(string folder)
    {
        try
        {
            using var probe = new FileStream(Path.Combine(folder, FileName), FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Lets go of the lock.</summary>
    public void Dispose() => _handle.Dispose();

    private static string ReadOwner(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, OwnerFileName)).Trim();
        }
        catch (IOException)
        {
            return ""; // the owner is between taking the lock and saying so; the message says that
        }
    }
}
