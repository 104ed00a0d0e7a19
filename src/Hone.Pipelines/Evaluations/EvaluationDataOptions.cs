using Hone.Core.Recipes;
using Hone.Data.Datasets;

namespace Hone.Pipelines.Evaluations;

/// <summary>The data of an evaluation: a file of rows in any format that training reads.</summary>
[Shorthand(nameof(Path))]
public sealed record EvaluationDataOptions : RowFile
{
    /// <summary>Names the file for people.</summary>
    public string Describe() => Path ?? (Artifact is null ? From! : $"{From}/{Artifact}"); // checked options have one of the two
}
