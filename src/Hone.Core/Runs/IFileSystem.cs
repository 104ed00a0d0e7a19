namespace Hone.Core.Runs;

/// <summary>The few file operations that a run folder's safety rests on; tests replace it to fill the disk or to die between two of them.</summary>
public interface IFileSystem
{
    /// <summary>Creates a file for writing, replacing what is there.</summary>
    Stream Create(string path);

    /// <summary>Opens a file for reading and writing, creating it if need be.</summary>
    Stream OpenOrCreate(string path);

    /// <summary>Returns after everything written to the stream has reached the disk.</summary>
    void FlushToDisk(Stream stream);

    /// <summary>Renames a file over another in one step that survives a power loss.</summary>
    void Replace(string from, string to);

    /// <summary>Deletes a file if it exists.</summary>
    void Delete(string path);
}
