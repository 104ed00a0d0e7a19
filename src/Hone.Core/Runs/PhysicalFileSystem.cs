namespace Hone.Core.Runs;

/// <summary>The operating system's files.</summary>
public sealed class PhysicalFileSystem : IFileSystem
{
    /// <inheritdoc/>
    public Stream Create(string path) => new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);

    /// <inheritdoc/>
    public Stream OpenOrCreate(string path) => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);

    /// <inheritdoc/>
    public void FlushToDisk(Stream stream) => RandomAccess.FlushToDisk(((FileStream)stream).SafeFileHandle);

    /// <inheritdoc/>
    public void Replace(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        FolderFlush.Flush(Path.GetDirectoryName(Path.GetFullPath(to))!); // a file's full path always has a folder
    }

    /// <inheritdoc/>
    public void Delete(string path) => File.Delete(path);
}
