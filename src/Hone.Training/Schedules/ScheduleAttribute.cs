using Hone.Core.Registry;

namespace Hone.Training.Schedules;

/// <summary>Names a learning-rate schedule for recipes: <c>schedule: { type: cosine, warmup_ratio: 0.03 }</c>.</summary>
/// <param name="name">The name as written after <c>type:</c>.</param>
public sealed class ScheduleAttribute(string name) : RegisteredAttribute(ScheduleKind, name)
{
    /// <summary>The kind under which schedules are registered.</summary>
    public const string ScheduleKind = "schedule";
}
