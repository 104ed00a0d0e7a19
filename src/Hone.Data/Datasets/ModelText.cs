using System.Security.Cryptography;
using System.Text;
using Hone.Processors.ChatTemplates;
using Hone.Processors.Tokenizers;

namespace Hone.Data.Datasets;

/// <summary>What turns text into a model's tokens.</summary>
/// <param name="Tokenizer">The model's tokenizer.</param>
/// <param name="Chat">Its chat template with the same tokenizer; null if it has none.</param>
/// <param name="Fingerprint">Differs between tokenizers; <see cref="FingerprintOf"/> makes one of a model's files.</param>
public sealed record ModelText(Tokenizer Tokenizer, ChatTokenizer? Chat, string Fingerprint)
{
    private const int MaxHeadBytes = 1 << 26; // 64 MiB: the metadata of a GGUF file, tokenizer included, stand before its weights and are smaller

    private static readonly string[] s_files = ["tokenizer.json", "tokenizer.model", "vocab.json", "merges.txt", "vocab.txt", "tekken.json", "added_tokens.json", "special_tokens_map.json", "tokenizer_config.json"];

    /// <summary>A hash of what a model's tokenizer is made from.</summary>
    /// <param name="path">A model's folder, or a file that holds its tokenizer.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string FingerprintOf(string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Directory.Exists(path) ? s_files.Select(name => System.IO.Path.Combine(path, name)).Where(File.Exists) : [path])
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            hash.AppendData(Encoding.UTF8.GetBytes($"{System.IO.Path.GetFileName(file)} {stream.Length}\n"));
            byte[] head = new byte[Math.Min(stream.Length, MaxHeadBytes)];
            stream.ReadExactly(head);
            hash.AppendData(head);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
