using Hone.Core.Errors;
using Hone.Core.Runs;
using Hone.Evaluation;
using Hone.Evaluation.Pairing;

namespace Hone.Pipelines.Reports;

/// <summary>Finds the evaluations of a run that asked the same questions.</summary>
internal static class EvaluationChanges
{
    private const int Shown = 4; // pairs of each kind: enough to see what changed, few enough to be read

    /// <summary>Pairs each evaluation with the earliest one before it that shares questions with it.</summary>
    public static IReadOnlyList<EvaluationChange> Find(string folder, IReadOnlyList<StageReport> stages, List<string> notes)
    {
        var changes = new List<EvaluationChange>();
        StageReport[] evaluated = [.. stages.Where(stage => stage.Evaluation is { IsReadable: true })];
        for (int later = 1; later < evaluated.Length; later++)
        {
            for (int earlier = 0; earlier < later; earlier++)
            {
                if (Pair(folder, evaluated[earlier], evaluated[later], notes) is { Pairing.Comparison: not null } change)
                {
                    changes.Add(change);
                    break;
                }
            }
        }

        return changes;
    }

    private static EvaluationChange? Pair(string folder, StageReport first, StageReport second, List<string> notes)
    {
        try
        {
            return new EvaluationChange(first.Name, second.Name, AnswerPairing.Read(PathOf(first), PathOf(second), Shown));
        }
        catch (HoneException e)
        {
            notes.Add($"the answers of '{first.Name}' and '{second.Name}' cannot be compared: {e.What}");
            return null;
        }

        string PathOf(StageReport stage) => Path.Combine(folder, RunFolder.StagesName, stage.Name, EvaluationFiles.AnswersName);
    }
}
