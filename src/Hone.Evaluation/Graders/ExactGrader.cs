namespace Hone.Evaluation.Graders;

/// <summary>Right if an output is the reference, word for word.</summary>
/// <remarks>
/// Before they are compared, white space around and between words becomes one space, and one full stop at the end is left out. Characters are compared as they are coded.
/// Of a text with <c>####</c>, what stands behind the last one counts.
/// </remarks>
[Grader("exact")]
public sealed record ExactGrader : Grader
{
    private const string Hashes = "####";

    /// <summary>Whether upper and lower case are the same.</summary>
    public bool IgnoreCase { get; init; } = true;

    /// <inheritdoc/>
    public override string? FindReference(string text) => Normalize(text) is { Length: > 0 } ? AnswerOf(text).Trim() : null;

    /// <inheritdoc/>
    public override Grade Grade(string output, string reference)
    {
        string expected = Normalize(reference), found = Normalize(output);
        if (found.Length == 0)
        {
            return new Grade(0, null, "the output is empty");
        }

        bool isRight = string.Equals(found, expected, IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
        return new Grade(isRight ? 1 : 0, found, isRight ? "the texts are equal" : $"the texts differ from character {FirstDifference(found, expected) + 1} on");
    }

    private int FirstDifference(string found, string expected)
    {
        int i = 0;
        while (i < Math.Min(found.Length, expected.Length) && found.AsSpan(i, 1).Equals(expected.AsSpan(i, 1), IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal))
        {
            i++;
        }

        return i;
    }

    private static string AnswerOf(string? text)
    {
        string tail = Tail(text ?? "");
        int hashes = tail.LastIndexOf(Hashes, StringComparison.Ordinal);
        return hashes < 0 ? tail : tail[(hashes + Hashes.Length)..];
    }

    private static string Normalize(string? text)
    {
        string joined = string.Join(' ', AnswerOf(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return joined.EndsWith('.') ? joined[..^1].TrimEnd() : joined;
    }
}
