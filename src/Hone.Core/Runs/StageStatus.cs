using System.Text.Json.Serialization;

namespace Hone.Core.Runs;

/// <summary>How far a stage of a run got.</summary>
public enum StageStatus
{
    /// <summary>Not begun.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>Begun and not ended; after a kill this is what remains.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Ended with all artifacts in place.</summary>
    [JsonStringEnumMemberName("done")]
    Done,

    /// <summary>Stopped with an error.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Stopped on request.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,
}
