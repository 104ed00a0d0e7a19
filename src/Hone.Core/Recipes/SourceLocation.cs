namespace Hone.Core.Recipes;

/// <summary>A stretch of a source text on one line.</summary>
/// <param name="Source">The text.</param>
/// <param name="Line">One-based line.</param>
/// <param name="Column">One-based column, in UTF-16 units.</param>
/// <param name="Length">Number of UTF-16 units to underline, at least 1.</param>
public sealed record SourceLocation(SourceText Source, int Line, int Column, int Length)
{
    /// <summary>Gives <c>file:line:column</c>, or the argument itself for a <c>--set</c>.</summary>
    public override string ToString() => Source.Kind == OriginKind.Set ? Source.Name : $"{Source.Name}:{Line}:{Column}";
}
