using Hone.Processors.Tokenizers;

namespace Hone.Processors.Tests.Tokenizers;

/// <summary>A temporary folder of tokenizer files.</summary>
internal sealed class TokenizerFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("hone-tokenizer").FullName;

    /// <summary>Writes the files.</summary>
    public TokenizerFolder(params ReadOnlySpan<(string Name, string Content)> files)
    {
        foreach ((string name, string content) in files)
        {
            File.WriteAllText(Path.Combine(_path, name), content);
        }
    }

    /// <summary>Path of a file in the folder.</summary>
    public string At(string name) => Path.Combine(_path, name);

    /// <summary>Reads the folder.</summary>
    public Tokenizer Load() => TokenizerLoader.Load(_path);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_path, recursive: true);
}
