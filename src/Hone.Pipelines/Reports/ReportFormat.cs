namespace Hone.Pipelines.Reports;

/// <summary>The forms of a report.</summary>
public enum ReportFormat
{
    /// <summary>One page for a browser.</summary>
    Html,

    /// <summary>Text for a model card, an issue or a terminal.</summary>
    Markdown,

    /// <summary>Every figure for other programs.</summary>
    Json,
}
