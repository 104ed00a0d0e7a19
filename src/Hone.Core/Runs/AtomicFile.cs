using System.Security.Cryptography;

namespace Hone.Core.Runs;

/// <summary>Writes a file that appears whole or not at all: under a temporary name in the same folder, flushed to disk, then renamed.</summary>
/// <remarks>Disposing without <see cref="Commit"/> deletes the temporary file and leaves an earlier version of the file as it was.</remarks>
public sealed class AtomicFile : IDisposable
{
    /// <summary>Ending of temporary names; leftovers of a killed process are recognised by it.</summary>
    public const string TemporarySuffix = ".hone-tmp";

    private const int BufferBytes = 1 << 16;

    private readonly IFileSystem _files;
    private readonly string _temporary;
    private readonly Stream _file;
    private readonly BufferedStream _buffer;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _sizeBytes;
    private bool _closed;

    /// <summary>Begins to write a file.</summary>
    /// <param name="files">The file operations to use.</param>
    /// <param name="path">The final path; its folder must exist.</param>
    /// <exception cref="RunFolderException">The temporary file cannot be created.</exception>
    public AtomicFile(IFileSystem files, string path)
    {
        _files = files;
        Path = path;
        _temporary = path + TemporarySuffix;
        try
        {
            _file = files.Create(_temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw RunFolderException.ForWrite(path, e);
        }

        _buffer = new BufferedStream(_file, BufferBytes);
    }

    /// <summary>The final path.</summary>
    public string Path { get; }

    /// <summary>Writes a whole file at once.</summary>
    /// <exception cref="RunFolderException">The disk is full or the file cannot be written.</exception>
    public static FileDigest Write(IFileSystem files, string path, ReadOnlySpan<byte> content)
    {
        using var file = new AtomicFile(files, path);
        file.Write(content);
        return file.Commit();
    }

    /// <summary>Appends to the content.</summary>
    /// <exception cref="RunFolderException">The disk is full or the file cannot be written; an earlier version is unchanged.</exception>
    public void Write(ReadOnlySpan<byte> content)
    {
        try
        {
            _buffer.Write(content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw RunFolderException.ForWrite(Path, e);
        }

        _hash.AppendData(content);
        _sizeBytes += content.Length;
    }

    /// <summary>Makes the content durable and puts it in place.</summary>
    /// <returns>Size and hash of what was written.</returns>
    /// <exception cref="RunFolderException">The disk is full or the file cannot be written; an earlier version is unchanged.</exception>
    /// <exception cref="InvalidOperationException">The file was committed before.</exception>
    public FileDigest Commit()
    {
        if (_closed)
        {
            throw new InvalidOperationException($"'{Path}' was already committed.");
        }

        try
        {
            _buffer.Flush();
            _files.FlushToDisk(_file);
            _file.Dispose();
            _files.Replace(_temporary, Path);
            _closed = true;
            return new FileDigest(_sizeBytes, Convert.ToHexStringLower(_hash.GetHashAndReset()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw RunFolderException.ForWrite(Path, e);
        }
    }

    /// <summary>Deletes the temporary file unless <see cref="Commit"/> put it in place.</summary>
    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            _file.Dispose(); // not the buffer, which would write what is left of it to a disk that may be full
            _files.Delete(_temporary);
        }

        _hash.Dispose();
    }
}
