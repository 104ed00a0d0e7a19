namespace Hone.Data.Datasets;

/// <summary>An example, and what was cut off it.</summary>
/// <param name="Example">The example.</param>
/// <param name="CutTokens">Number of tokens beyond the length allowed.</param>
public sealed record EncodedExample(SftExample Example, int CutTokens);
