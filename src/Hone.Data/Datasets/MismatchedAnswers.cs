using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Hone.Core.Random;

namespace Hone.Data.Datasets;

/// <summary>Gives prompts the answers of other prompts: what a model makes of them says how far it has moved from where it began.</summary>
/// <remarks>
/// Every example has a partner with another prompt, the same one in every epoch, drawn from the seed. Source: TRL 1.16, <c>KTOTrainer</c>, which takes
/// the next example of a batch, even where that answers the same prompt.
/// </remarks>
public sealed class MismatchedAnswers
{
    private readonly ExampleStore _store;
    private readonly int _maxTokens;
    private readonly Dictionary<int, int> _partners;

    private MismatchedAnswers(ExampleStore store, int maxTokens, Dictionary<int, int> partners)
    {
        _store = store;
        _maxTokens = maxTokens;
        _partners = partners;
    }

    /// <summary>Finds partners among examples.</summary>
    /// <param name="store">The examples.</param>
    /// <param name="groups">Numbers of the examples; partners are of the same group, such as what is trained and what is validated on.</param>
    /// <param name="maxTokens">What a prompt with its partner's answer is cut to.</param>
    /// <param name="random">A stream of its own.</param>
    /// <exception cref="DatasetFormatException">All examples of a group have the same prompt.</exception>
    public static MismatchedAnswers Create(ExampleStore store, IReadOnlyList<ImmutableArray<int>> groups, int maxTokens, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(random);
        var partners = new Dictionary<int, int>(groups.Sum(group => group.Length));
        foreach (ImmutableArray<int> group in groups.Where(group => group.Length > 0))
        {
            AddPartners(store, group, random, partners);
        }

        return new MismatchedAnswers(store, maxTokens, partners);
    }

    private static void AddPartners(ExampleStore store, ImmutableArray<int> examples, RandomStream random, Dictionary<int, int> partners)
    {
        int[] order = [.. examples];
        random.Shuffle<int>(order);
        ulong[] prompts = [.. order.Select(example => PromptOf(store, example))];
        int next = Enumerable.Range(1, Math.Max(0, order.Length - 1)).FirstOrDefault(i => prompts[i] != prompts[0]);
        if (next == 0)
        {
            throw new DatasetFormatException(
                "All examples have the same prompt.", store.Path, $"{order.Length} examples", "KTO compares prompts with the answers of others: give data, and validation data, with at least two prompts");
        }

        // Going backwards around the circle, the next example with another prompt is either the one just passed or that one's own partner.
        for (int i = order.Length - 1; i >= 0; i--)
        {
            int following = (i + 1) % order.Length;
            next = prompts[following] != prompts[i] ? following : next;
            partners[order[i]] = order[next];
        }
    }

    /// <summary>An example's prompt with its partner's answer.</summary>
    /// <exception cref="KeyNotFoundException">The example has no partner.</exception>
    public SftExample Read(int example)
    {
        SftExample own = _store.Read(example), other = _store.Read(_partners[example]);
        int prompt = AnswerStart(own);
        int answer = Math.Min(other.InputIds.Length - AnswerStart(other), _maxTokens - prompt); // at least 1: an answer's token fitted behind this prompt
        int start = AnswerStart(other);
        return new SftExample(
            [.. own.InputIds[..prompt], .. other.InputIds.Slice(start, answer)],
            [.. Enumerable.Repeat(SftExample.IgnoreIndex, prompt), .. other.InputIds.Slice(start, answer)]);
    }

    private static int AnswerStart(SftExample example) => example.Labels.AsSpan().IndexOfAnyExcept(SftExample.IgnoreIndex);

    /// <summary>A prompt's hash, 64 bits of it: whole prompts of all examples would not stay within bounded memory.</summary>
    private static ulong PromptOf(ExampleStore store, int example)
    {
        SftExample read = store.Read(example);
        ReadOnlySpan<int> prompt = read.InputIds.AsSpan()[..AnswerStart(read)];
        byte[] hash = SHA256.HashData(MemoryMarshal.AsBytes(prompt));
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
