using Hone.Processors.Tokenizers.Formats;

namespace Hone.Processors.Tokenizers;

/// <summary>Reads tokenizers from files of all common formats.</summary>
public static class TokenizerLoader
{
    private const string TokenizerJson = "tokenizer.json";

    /// <summary>Reads the tokenizer of a model folder, or one file.</summary>
    /// <param name="path">A folder, or a file <c>tokenizer.json</c>.</param>
    /// <exception cref="TokenizerFormatException">There is no tokenizer there, or it is malformed.</exception>
    public static Tokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string file = Directory.Exists(path) ? Path.Combine(path, TokenizerJson) : path;
        if (!File.Exists(file))
        {
            throw new TokenizerFormatException("There is no tokenizer here.", path, $"looked for {TokenizerJson}", "Give a model folder or a tokenizer file.");
        }

        return new Tokenizer(TokenizerJsonReader.Read(File.ReadAllBytes(file), file));
    }

    /// <summary>Reads a tokenizer from the content of a <c>tokenizer.json</c>.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="TokenizerFormatException">The content is malformed.</exception>
    public static Tokenizer FromJson(ReadOnlyMemory<byte> json, string name = TokenizerJson) => new(TokenizerJsonReader.Read(json, name));
}
