using System.Text;
using Hone.Core.Random;
using Hone.Inference.Constraints;
using Hone.Inference.Sampling;

namespace Hone.Inference.Tests.Constraints;

/// <summary>Checks and generates texts of constraints without a model.</summary>
internal static class Texts
{
    /// <summary>All single bytes and some longer tokens, the last id standing for the end token without a text.</summary>
    public static byte[][] Vocabulary { get; } =
    [
        .. Enumerable.Range(0, 256).Select(b => new[] { (byte)b }),
        .. new[] { "\":", "\", \"", "{\"", "\"}", "}}", "null", "true", "fal", "se", "10", "00", "123", "-1", "ab", "abc", "abcd", "  ", "\n  ", "name", "\\u00", "äö", "日本", "𝄞", "e+", "],", "\"\"" }.Select(Encoding.UTF8.GetBytes),
        .. new[] { "ab", "1" }.Select(Encoding.UTF8.GetBytes), // a second token with the same bytes
        [],
    ];

    /// <summary>Whether a constraint accepts a text.</summary>
    public static bool Accepts(Constraint constraint, string text) => Accepts(new GrammarAutomaton(constraint.Grammar), Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="Accepts(Constraint, string)"/>
    public static bool Accepts(GrammarAutomaton automaton, ReadOnlySpan<byte> text) => automaton.Advance(automaton.Start, text) is { IsAccepting: true };

    /// <summary>Draws tokens at random among those allowed until the text ends.</summary>
    /// <returns>The text and the number of its tokens.</returns>
    public static (string Text, int Tokens) Generate(TokenConstraint constraint, IReadOnlyList<byte[]> vocabulary, int maxTokens, RandomStream random)
    {
        var cursor = new ConstraintCursor(constraint);
        var bytes = new List<byte>();
        int tokens = 0;
        while (tokens < maxTokens && !cursor.IsComplete && !(cursor.IsAccepting && !cursor.IsClosing && random.NextInt32(4) == 0))
        {
            int drawn = cursor.IsClosing ? -1 : Draw(cursor.Mask, vocabulary.Count, random);
            int token = cursor.Accept(drawn, maxTokens - ++tokens);
            bytes.AddRange(vocabulary[token]);
        }

        Assert.True(cursor.IsAccepting, $"ended outside: {Encoding.UTF8.GetString([.. bytes])}");
        return (new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. bytes]), tokens);
    }

    /// <summary>Binds a constraint to <see cref="Vocabulary"/>.</summary>
    public static TokenConstraint Bind(Constraint constraint, IReadOnlyList<byte[]>? vocabulary = null) =>
        new(constraint.Grammar, vocabulary ?? Vocabulary, new TokenTrie(vocabulary ?? Vocabulary));

    private static int Draw(TokenMask mask, int vocabulary, RandomStream random)
    {
        int[] allowed = [.. Enumerable.Range(0, vocabulary).Where(id => mask[id])];
        Assert.NotEmpty(allowed);
        return allowed[random.NextInt32(allowed.Length)];
    }
}
