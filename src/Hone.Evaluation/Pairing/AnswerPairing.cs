using Hone.Core.Errors;
using Hone.Evaluation.Statistics;

namespace Hone.Evaluation.Pairing;

/// <summary>The answers of two evaluations brought together by the ids of their questions; every answer that is not compared is counted.</summary>
public sealed record AnswerPairing
{
    /// <summary>The statistics over all pairs; <see langword="null"/> where there is no pair.</summary>
    public required PairedComparison? Comparison { get; init; }

    /// <summary>Questions that the first evaluation alone has.</summary>
    public required UnpairedAnswers OnlyInFirst { get; init; }

    /// <summary>Questions that the second evaluation alone has.</summary>
    public required UnpairedAnswers OnlyInSecond { get; init; }

    /// <summary>Ids under which the two asked different things; left out.</summary>
    public required UnpairedAnswers DifferentPrompts { get; init; }

    /// <summary>Ids with the same prompt and different references; left out.</summary>
    public required UnpairedAnswers DifferentReferences { get; init; }

    /// <summary>Answers whose id their file has already; left out, the first one counts.</summary>
    public required UnpairedAnswers Repeated { get; init; }

    /// <summary>The first pairs in which the second scores higher.</summary>
    public required IReadOnlyList<AnswerPair> Gained { get; init; }

    /// <summary>The first pairs in which the second scores lower.</summary>
    public required IReadOnlyList<AnswerPair> Lost { get; init; }

    /// <summary>The first pairs in which both have the full score, or the same one above 0.</summary>
    public required IReadOnlyList<AnswerPair> BothRight { get; init; }

    /// <summary>The first pairs in which both score 0.</summary>
    public required IReadOnlyList<AnswerPair> BothWrong { get; init; }

    /// <summary>Reads and pairs two files of answers; memory holds an id, a score and a hash of each question, not the texts.</summary>
    /// <param name="firstPath">Answers of the first evaluation.</param>
    /// <param name="secondPath">Answers of the second.</param>
    /// <param name="shown">The most pairs of each kind that are kept with their texts.</param>
    /// <exception cref="HoneException">A file cannot be opened or has a line that is no answer.</exception>
    public static AnswerPairing Read(string firstPath, string secondPath, int shown) => new AnswerMatcher(shown).Match(firstPath, secondPath);
}
