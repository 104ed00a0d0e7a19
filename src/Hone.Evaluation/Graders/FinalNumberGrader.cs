namespace Hone.Evaluation.Graders;

/// <summary>Right if the number that an output ends up with is the reference's, compared as exact fractions.</summary>
/// <remarks>
/// The number is the one behind the last <c>####</c> (as in GSM8K) or in the last <c>\boxed{…}</c>, whichever comes later; without them, the last number of the text.
/// <c>1,234.50</c> and <c>2469/2</c> are the same number. Units, currency and percent signs do not matter. Source: Cobbe et al., arXiv:2110.14168 (GSM8K).
/// </remarks>
[Grader("final-number")]
public sealed record FinalNumberGrader : Grader
{
    private const string Hashes = "####";
    private const string Boxed = @"\boxed{";
    private const int MaxBoxLength = 2000; // an answer in a box is short; also what bounds the search for its end

    /// <inheritdoc/>
    public override string? FindReference(string text) => Find(text) is { } found ? found.Number.Text : null;

    /// <inheritdoc/>
    public override Grade Grade(string output, string reference)
    {
        if (Find(reference) is not { Number: var expected })
        {
            return new Grade(0, null, "the reference has no number");
        }

        if (Find(output) is not { } found)
        {
            return new Grade(0, null, "the output has no number");
        }

        bool isRight = found.Number.Equals(expected);
        return new Grade(isRight ? 1 : 0, found.Number.Text, $"{found.Place}, {found.Number.Text}, is {(isRight ? "" : "not ")}{expected.Text}");
    }

    private static FoundNumber? Find(string? text)
    {
        string tail = Tail(text ?? "");
        int hashes = tail.LastIndexOf(Hashes, StringComparison.Ordinal), box = tail.LastIndexOf(Boxed, StringComparison.Ordinal);
        WrittenNumber? afterHashes = hashes < 0 ? null : NumberScanner.FindFirst(LineOf(tail.AsSpan(hashes + Hashes.Length)));
        WrittenNumber? inBox = box < 0 ? null : NumberScanner.FindLast(BoxOf(tail.AsSpan(box + Boxed.Length)));
        if (afterHashes is not null && (inBox is null || hashes > box))
        {
            return new FoundNumber(afterHashes, "the number behind ####");
        }

        return inBox is not null ? new FoundNumber(inBox, @"the number in \boxed")
            : NumberScanner.FindLast(tail) is { } last ? new FoundNumber(last, "the last number")
            : null;
    }

    private static ReadOnlySpan<char> LineOf(ReadOnlySpan<char> text) => text.IndexOf('\n') is >= 0 and var end ? text[..end] : text;

    /// <summary>What stands up to the brace that closes a box; without one, as much as an answer may have.</summary>
    private static ReadOnlySpan<char> BoxOf(ReadOnlySpan<char> text)
    {
        int depth = 1;
        for (int i = 0; i < Math.Min(text.Length, MaxBoxLength); i++)
        {
            depth += text[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return text[..i];
            }
        }

        return text[..Math.Min(text.Length, MaxBoxLength)];
    }

    private sealed record FoundNumber(WrittenNumber Number, string Place);
}
