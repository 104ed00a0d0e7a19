using Hone.Core.Errors;
using Hone.Core.Recipes;
using Hone.Core.Runs;
using Hone.Evaluation;
using Hone.Evaluation.Pairing;

namespace Hone.Pipelines.Reports;

/// <summary>Finds what two runs have in common and compares it.</summary>
internal sealed class RunComparer(string first, string? firstStage, string second, string? secondStage, int shown)
{
    private const string Null = "null"; // as resolved recipes write a value that is not given

    private readonly List<string> _notes = [];

    public RunComparison Compare()
    {
        RunReport one = RunReport.Read(first), other = RunReport.Read(second);
        bool isOneRun = Path.GetFullPath(first) == Path.GetFullPath(second);
        foreach (RunReport report in isOneRun ? [one] : (RunReport[])[one, other])
        {
            _notes.AddRange(report.Notes.Select(note => $"{report.Run}: {note}"));
            if (report.State != RunState.Done)
            {
                _notes.Add($"{report.Run} is not done: {report.StateText}");
            }
        }

        ComparedEvaluation[] evaluations = [.. Pairs(one, other, isOneRun).Select(pair => Pair(pair.First, pair.Second, one.Run, other.Run)).OfType<ComparedEvaluation>()];
        bool isStageNamed = firstStage is not null || secondStage is not null;
        ComparedValue[] figures = isOneRun || isStageNamed ? [] : [.. Figures(one, other)];
        if (evaluations.Length == 0 && figures.Length == 0)
        {
            throw new HoneException(
                "The runs have nothing in common that could be compared.", isOneRun ? first : $"{first} and {second}", Facts(one, other),
                "compare runs that evaluate the same questions: stages of one name, or hone compare RUN:STAGE RUN:STAGE");
        }

        return new RunComparison
        {
            First = one.Run,
            Second = other.Run,
            Evaluations = evaluations,
            Recipe = isOneRun ? [] : [.. RecipeDifferences(one, other)],
            Figures = figures,
            Notes = _notes,
        };
    }

    private IEnumerable<(StageReport First, StageReport Second)> Pairs(RunReport one, RunReport other, bool isOneRun)
    {
        if (firstStage is not null || secondStage is not null)
        {
            return [(Find(one, first, firstStage ?? secondStage!), Find(other, second, secondStage ?? firstStage!))]; // one of them is given
        }

        return isOneRun
            ? throw new HoneException("A run is compared with itself.", first, "no stages are named", "hone compare RUN:before RUN:after compares two evaluations of a run")
            : from stage in one.Stages
              join counterpart in other.Stages on stage.Name equals counterpart.Name
              where stage.Evaluation is not null && counterpart.Evaluation is not null
              select (stage, counterpart);
    }

    private static StageReport Find(RunReport report, string folder, string stage)
    {
        StageReport found = report.Stages.FirstOrDefault(candidate => candidate.Name == stage) ?? throw new HoneException(
            $"The run has no stage '{stage}'.", folder, $"its stages are {string.Join(", ", report.Stages.Select(candidate => candidate.Name))}", "name one of them");
        return found.Evaluation is not null ? found : throw new HoneException(
            $"The stage '{stage}' has no answers.", folder, $"its state is {ReportText.State(found.Record.Status)}",
            report.Stages.Where(candidate => candidate.Evaluation is not null).Select(candidate => candidate.Name).ToArray() is { Length: > 0 } names ? $"stages with answers: {string.Join(", ", names)}" : "the run has no stage with answers");
    }

    private ComparedEvaluation? Pair(StageReport one, StageReport other, string firstRun, string secondRun)
    {
        bool isOneName = one.Name == other.Name;
        string firstName = isOneName ? $"{firstRun}:{one.Name}" : one.Name, secondName = isOneName ? $"{secondRun}:{other.Name}" : other.Name;
        AnswerPairing pairing = AnswerPairing.Read(PathOf(first, one), PathOf(second, other), shown);
        if (pairing.Comparison is null)
        {
            _notes.AddRange(PairingText.Notes(pairing, firstName, secondName));
            return null;
        }

        return new ComparedEvaluation(firstName, secondName, pairing);

        static string PathOf(string folder, StageReport stage) => Path.Combine(folder, RunFolder.StagesName, stage.Name, EvaluationFiles.AnswersName);
    }

    private static IEnumerable<ComparedValue> Figures(RunReport one, RunReport other) =>
        from stage in one.Stages
        join counterpart in other.Stages on stage.Name equals counterpart.Name
        where ReportFigures.IsTraining(stage) && ReportFigures.IsTraining(counterpart)
        from name in stage.Record.Counts.Keys.Union(counterpart.Record.Counts.Keys).Concat(["last loss", "last validation loss", "mean tokens/s", "peak memory MiB", "duration"])
        let left = FigureOf(stage, name)
        let right = FigureOf(counterpart, name)
        where left is not null || right is not null
        select new ComparedValue($"{stage.Name}: {FigureText.Words(name)}", left, right);

    private static string? FigureOf(StageReport stage, string name) => name switch
    {
        "last loss" => Number(stage.Find("loss")?.Last),
        "last validation loss" => Number(stage.Find("validation_loss")?.Last),
        "mean tokens/s" => Number(stage.Find("tokens_per_second")?.Mean),
        "peak memory MiB" => Number(stage.Find("memory_mib")?.Highest),
        "duration" => stage.Duration is { } duration ? FigureText.Duration(duration) : null,
        _ => stage.Record.Counts.TryGetValue(name, out double count) ? Number(count) : null,
    };

    private static string? Number(double? value) => value is { } known ? FigureText.Number(known) : null;

    /// <summary>A stage that one recipe alone has is one difference, not one for each of its keys; a value of null is one that is not given.</summary>
    private static IEnumerable<ComparedValue> RecipeDifferences(RunReport one, RunReport other)
    {
        Dictionary<string, string> left = ValuesOf(one), right = ValuesOf(other);
        HashSet<string> leftStages = [.. left.Keys.Select(StageOf)], rightStages = [.. right.Keys.Select(StageOf)];
        return left.Keys.Union(right.Keys)
            .Where(path => left.GetValueOrDefault(path, Null) != right.GetValueOrDefault(path, Null))
            .Select(path => (Path: path, Stage: StageOf(path)))
            .Select(value => value.Stage.Length == 0 || (leftStages.Contains(value.Stage) && rightStages.Contains(value.Stage))
                ? new ComparedValue(value.Path, left.GetValueOrDefault(value.Path), right.GetValueOrDefault(value.Path))
                : new ComparedValue(value.Stage, left.GetValueOrDefault($"{value.Stage}.type"), right.GetValueOrDefault($"{value.Stage}.type")))
            .DistinctBy(value => value.Name);

        static string StageOf(string path) => path.Split('.') is ["stages", var stage, ..] ? $"stages.{stage}" : "";
    }

    private static Dictionary<string, string> ValuesOf(RunReport report)
    {
        try
        {
            return RecipeValues.Read(RunFolder.RecipeName, report.Recipe ?? "").ToDictionary(StringComparer.Ordinal);
        }
        catch (HoneException)
        {
            return []; // a note of the report says so already
        }
    }

    private string Facts(RunReport one, RunReport other)
    {
        string evaluations = $"evaluations: {Names(one)} and {Names(other)}";
        return string.Join("; ", _notes.Prepend(evaluations));

        static string Names(RunReport report) =>
            report.Stages.Where(stage => stage.Evaluation is not null).Select(stage => stage.Name).ToArray() is { Length: > 0 } names ? string.Join(", ", names) : "none";
    }
}
