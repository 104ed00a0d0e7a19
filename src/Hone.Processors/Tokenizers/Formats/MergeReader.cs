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
        IEnumerable<ConfigNode> items = config.Items();
        var merges = new Dictionary<(int Left, int Right), BpeMerge>(config.Element.GetArrayLength());
        int rank = 0;
        string Where() => $"{config.Where}[{rank}]";
        Func<string> where = Where;
        foreach (ConfigNode item in items)
        {
            (string left, string right) = Pair(item);
            Add(merges, vocabulary, left, right, prefix, rank, where);
            rank++;
        }

        return merges;
    }

    /// <summary>Adds a rule; a later rule for the same pair replaces the earlier.</summary>
    /// <param name="merges">Receives the rule.</param>
    /// <param name="vocabulary">Tokens, which must hold both sides and the result.</param>
    /// <param name="left">Left side.</param>
    /// <param name="right">Right side.</param>
    /// <param name="prefix">The continuing subword prefix, which the result leaves out of its right side.</param>
    /// <param name="rank">Its place in the list.</param>
    /// <param name="where">Where it stands, for messages.</param>
    public static void Add(
        Dictionary<(int Left, int Right), BpeMerge> merges, Vocabulary vocabulary, ReadOnlySpan<char> left, ReadOnlySpan<char> right, string prefix, int rank, Func<string> where)
    {
        if (right.Length < prefix.Length)
        {
            throw new TokenizerFormatException("The right side of a merge is shorter than the continuing subword prefix.", where(), $"'{right}', prefix '{prefix}'", "Check the merges.");
        }

        const int MaxOnStack = 256;
        ReadOnlySpan<char> tail = right[prefix.Length..];
        int length = left.Length + tail.Length;
        Span<char> joined = length <= MaxOnStack ? stackalloc char[MaxOnStack] : new char[length];
        left.CopyTo(joined);
        tail.CopyTo(joined[left.Length..]);
        int leftId = Id(left, left, right), rightId = Id(right, left, right), id = Id(joined[..length], left, right);
        merges[(leftId, rightId)] = new BpeMerge(rank, id);

        int Id(ReadOnlySpan<char> token, ReadOnlySpan<char> first, ReadOnlySpan<char> second) => vocabulary.TryGetId(token, out int found) ? found : throw new TokenizerFormatException(
            "A merge names a token that the vocabulary lacks.", where(), $"'{token}' of '{first}' + '{second}'", "Vocabulary and merges must come from the same tokenizer.");
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
