using Hone.Core.Runs;

namespace Hone.Pipelines.Reports;

/// <summary>Words that all forms of a report share.</summary>
internal static class ReportText
{
    private const int MaxShownCharacters = 4000;

    /// <summary>Names a state.</summary>
    public static string State(RunState state) => state switch
    {
        RunState.NotStarted => "not started",
        RunState.Running => "running",
        RunState.Partial => "partly done",
        RunState.Interrupted => "interrupted",
        RunState.Cancelled => "cancelled",
        RunState.Failed => "failed",
        _ => "done",
    };

    /// <summary>Names a stage's state.</summary>
    public static string State(StageStatus status) => status switch
    {
        StageStatus.Pending => "not begun",
        StageStatus.Running => "not ended",
        StageStatus.Done => "done",
        StageStatus.Failed => "failed",
        _ => "cancelled",
    };

    /// <summary>A warning with its stage and how often it was given.</summary>
    public static string Warning(RecordedWarning warning) =>
        $"{(warning.Stage is null ? "" : $"{warning.Stage}: ")}{warning.Message}{(warning.Count > 1 ? $" ({FigureText.Count(warning.Count)} times)" : "")}";

    /// <summary>Cuts a long text and says by how much.</summary>
    public static string Cut(string text)
    {
        if (text.Length <= MaxShownCharacters)
        {
            return text;
        }

        int end = char.IsHighSurrogate(text[MaxShownCharacters - 1]) ? MaxShownCharacters - 1 : MaxShownCharacters;
        return $"{text[..end]}\n… {FigureText.Count(text.Length - end)} more characters";
    }
}
