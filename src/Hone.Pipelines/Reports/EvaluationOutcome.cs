using Hone.Core.Errors;
using Hone.Evaluation;
using Hone.Evaluation.Pairing;
using Hone.Evaluation.Statistics;

namespace Hone.Pipelines.Reports;

/// <summary>What an evaluation stage has written.</summary>
public sealed record EvaluationOutcome
{
    private const int Shown = 4;
    private const int MaxSummaryBytes = 16 << 20;

    /// <summary>Its summary; <see langword="null"/> while it is not finished.</summary>
    public required EvaluationSummary? Summary { get; init; }

    /// <summary>Number of answers in the file.</summary>
    public required long Answers { get; init; }

    /// <summary>Number of them with the full score.</summary>
    public required long Right { get; init; }

    /// <summary>The first answers with the full score.</summary>
    public required IReadOnlyList<EvaluationRecord> RightExamples { get; init; }

    /// <summary>The first answers with less.</summary>
    public required IReadOnlyList<EvaluationRecord> WrongExamples { get; init; }

    /// <summary>Whether every line of the answers could be read.</summary>
    public required bool IsReadable { get; init; }

    /// <summary>Share of right answers; of those so far while there is no summary.</summary>
    public double Value => Summary?.Value ?? (Answers == 0 ? 0 : Right / (double)Answers);

    /// <summary>The 95 % interval of <see cref="Value"/>; <see langword="null"/> without answers.</summary>
    public (double Low, double High)? Interval => Summary is { } known ? (known.Low, known.High)
        : Answers == 0 ? null
        : ProportionInterval.Wilson(Right, Answers) is var wilson ? (wilson.Low, wilson.High) : null;

    /// <summary>Reads what is in a stage's folder.</summary>
    /// <returns><see langword="null"/> where the stage has no answers.</returns>
    internal static EvaluationOutcome? Read(string folder, string stage, List<string> notes)
    {
        string answers = Path.Combine(folder, EvaluationFiles.AnswersName);
        if (!File.Exists(answers))
        {
            return null;
        }

        EvaluationSummary? summary = ReadSummary(Path.Combine(folder, EvaluationFiles.SummaryName), stage, notes);
        List<EvaluationRecord> right = [], wrong = [];
        long count = 0, rightCount = 0;
        bool isReadable = true;
        try
        {
            foreach (EvaluationRecord record in AnswerFile.Read(answers))
            {
                bool isRight = record.IsRight();
                count++;
                rightCount += isRight ? 1 : 0;
                List<EvaluationRecord> examples = isRight ? right : wrong;
                if (examples.Count < Shown)
                {
                    examples.Add(record);
                }
            }
        }
        catch (HoneException e)
        {
            isReadable = false;
            notes.Add($"{stage}/{EvaluationFiles.AnswersName}: {e.What} {(e.Facts.Length > 0 ? $"({e.Facts}) " : "")}The {FigureText.Count(count)} answers before it are used.");
        }

        return new EvaluationOutcome { Summary = summary, Answers = count, Right = rightCount, RightExamples = right, WrongExamples = wrong, IsReadable = isReadable };
    }

    private static EvaluationSummary? ReadSummary(string path, string stage, List<string> notes)
    {
        try
        {
            return !File.Exists(path) ? null
                : new FileInfo(path).Length is var length && length <= MaxSummaryBytes ? EvaluationFiles.ReadSummary(path)
                : throw new HoneException($"The file has {FigureText.Bytes(length)}.");
        }
        catch (HoneException e)
        {
            notes.Add($"{stage}/{EvaluationFiles.SummaryName} cannot be read: {e.What} {e.Facts}");
            return null;
        }
    }
}
