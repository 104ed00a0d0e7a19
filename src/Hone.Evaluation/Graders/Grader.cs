using Hone.Core.Recipes;

namespace Hone.Evaluation.Graders;

/// <summary>Decides whether a model's output gives the right answer, and is at the same time the record of its options.</summary>
/// <remarks>A pure function of its arguments that never throws and takes time in proportion to their length. A new grader is one file: a sealed record with <see cref="GraderAttribute"/>.</remarks>
[Polymorphic(GraderAttribute.GraderKind)]
public abstract record Grader
{
    /// <summary>Characters at the end of an output that are looked at; a model that writes more has long left its answer.</summary>
    protected const int MaxOutputLength = 100_000;

    /// <summary>Finds the answer in a row's <c>answer</c>, or in the last message of the assistant.</summary>
    /// <returns>The answer as it is written there; <see langword="null"/> when the text has none that this grader could compare with.</returns>
    public abstract string? FindReference(string text);

    /// <summary>Compares an output with the right answer.</summary>
    /// <param name="output">What the model wrote.</param>
    /// <param name="reference">The right answer, as <see cref="FindReference"/> found it.</param>
    public abstract Grade Grade(string output, string reference);

    /// <summary>The end of a long output.</summary>
    protected static string Tail(string output) => output.Length <= MaxOutputLength ? output : output[^MaxOutputLength..];
}
