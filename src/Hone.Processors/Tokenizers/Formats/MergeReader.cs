using System.Text.Json;
using Hone.Processors.Tokenizers.Models;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>Reads the merge rules of byte-pair encoding: pairs, or strings with a space between the two.</summary>
internal static class MergeReader
{
    /// <summary>Reads the rules of a <c>tokenizer.json</c>.</summary>
    /// <param name="config">The array.</param>
    /// <param name="vocabulary">Tokens, which must hold both sides and the result of every rule.</param>
    /// <param name="prefix">The continuing subword prefix, which the result leaves out of its right side.</param>
    public static Dictionary<(int Left, int Right), BpeMerge> Read(ConfigNode config, Vocabulary vocabulary, string prefix)
    {
        if (config.Element.ValueKind != JsonValueKind.Array)
        {
            throw config.Misfit("an array");
        }

        var merges = new Dictionary<(int Left, int Right), BpeMerge>(config.Element.GetArrayLength());
        int rank = 0;
        foreach (JsonElement item in config.Element.EnumerateArray())
        {
            (string left, string right) = Pair(new ConfigNode(config.File, $"{config.Path}[{rank}]", item));
            Add(merges, vocabulary, left, right, prefix, rank, $"{config.Where}[{rank}]");
            rank++;
        }

        return merges;
    }

    /// <summary>Adds a rule; a later rule for the same pair replaces the earlier.</summary>
    public static void Add(Dictionary<(int Left, int Right), BpeMerge> merges, Vocabulary vocabulary, string left, string right, string prefix, int rank, string where)
    {
        if (right.Length < prefix.Length)
        {
            throw new TokenizerFormatException("The right side of a merge is shorter than the continuing subword prefix.", where, $"'{right}', prefix '{prefix}'", "Check the merges.");
        }

        string joined = string.Concat(left, right.AsSpan(prefix.Length));
        foreach (string token in (ReadOnlySpan<string>)[left, right, joined])
        {
            if (vocabulary.IdOf(token) is null)
            {
                throw new TokenizerFormatException("A merge names a token that the vocabulary lacks.", where, $"'{token}' of '{left}' + '{right}'", "Vocabulary and merges must come from the same tokenizer.");
            }
        }

        vocabulary.TryGetId(left, out int leftId);
        vocabulary.TryGetId(right, out int rightId);
        vocabulary.TryGetId(joined, out int id);
        merges[(leftId, rightId)] = new BpeMerge(rank, id);
    }

    private static (string Left, string Right) Pair(ConfigNode item)
    {
        if (item.Element.ValueKind == JsonValueKind.Array)
        {
            ConfigNode[] sides = [.. item.Items()];
            return sides.Length == 2 ? (sides[0].String(), sides[1].String()) : throw item.Misfit("two tokens");
        }

        string[] parts = item.String().Split(' ');
        return parts.Length == 2 ? (parts[0], parts[1]) : throw item.Misfit("two tokens with a space between them");
    }
}
