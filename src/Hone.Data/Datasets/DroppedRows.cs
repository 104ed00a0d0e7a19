namespace Hone.Data.Datasets;

/// <summary>Rows of a file that were left out for one reason.</summary>
/// <param name="Issue">The reason.</param>
/// <param name="Count">How many.</param>
/// <param name="FirstRows">Numbers of the first of them, from 1.</param>
/// <param name="FirstPlace">Where the first one is.</param>
/// <param name="FirstDetail">What is wrong with it.</param>
public sealed record DroppedRows(RowIssue Issue, long Count, IReadOnlyList<long> FirstRows, string FirstPlace, string FirstDetail);
