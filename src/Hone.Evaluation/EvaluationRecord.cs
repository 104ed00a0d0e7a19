using System.Text.Json;

namespace Hone.Evaluation;

/// <summary>One graded answer: a line of <c>answers.jsonl</c>, in the order of the data set.</summary>
public sealed record EvaluationRecord
{
    /// <summary>The row's own id as text, else its number in the file, from 1.</summary>
    public required string Id { get; init; }

    /// <summary>The messages that were answered, each an object with <c>role</c> and <c>content</c>.</summary>
    public required JsonElement Messages { get; init; }

    /// <summary>The right answer.</summary>
    public required string Reference { get; init; }

    /// <summary>What the model wrote, without control tokens.</summary>
    public required string Output { get; init; }

    /// <summary>The part of <see cref="Output"/> that was compared; <see langword="null"/> when no answer was found in it.</summary>
    public required string? Extracted { get; init; }

    /// <summary>From 0, wrong, to 1, right.</summary>
    public required double Score { get; init; }

    /// <summary>How the grader came to the score.</summary>
    public required string Why { get; init; }

    /// <summary>Properties of the row by which results are grouped, such as its skill.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>Length of the prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens that were generated, an end token included.</summary>
    public required int OutputTokens { get; init; }

    /// <summary><c>stop</c> when the model ended its answer, <c>length</c> when it was cut off.</summary>
    public required string Finish { get; init; }

    /// <summary>Whether the answer counts as right.</summary>
    public bool IsRight() => Score >= 1;

    /// <summary>Whether the answer was cut off.</summary>
    public bool IsTruncated() => Finish == EvaluationFiles.FinishLength;
}
