namespace Hone.Pipelines.Reports;

/// <summary>How a run stands.</summary>
public enum RunState
{
    /// <summary>No stage was begun.</summary>
    NotStarted,

    /// <summary>A process is working on it.</summary>
    Running,

    /// <summary>Some stages are done, others were not begun.</summary>
    Partial,

    /// <summary>Its process ended in the middle of a stage, as after a kill.</summary>
    Interrupted,

    /// <summary>Stopped on request.</summary>
    Cancelled,

    /// <summary>Stopped with an error.</summary>
    Failed,

    /// <summary>Every stage is done.</summary>
    Done,
}
