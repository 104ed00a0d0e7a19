namespace Hone.Core.Stages;

/// <summary>What a JSONL file holds.</summary>
/// <param name="Rows">Number of JSON values.</param>
/// <param name="BlankLines">Number of lines passed over because they are blank.</param>
internal readonly record struct RowTally(long Rows, long BlankLines);
