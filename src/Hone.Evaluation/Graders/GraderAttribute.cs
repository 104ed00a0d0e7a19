using Hone.Core.Registry;

namespace Hone.Evaluation.Graders;

/// <summary>Names a grader for recipes: <c>grader: { type: final-number }</c>.</summary>
/// <param name="name">The name as written after <c>type:</c>.</param>
public sealed class GraderAttribute(string name) : RegisteredAttribute(GraderKind, name)
{
    /// <summary>The kind under which graders are registered.</summary>
    public const string GraderKind = "grader";
}
