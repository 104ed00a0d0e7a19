namespace Hone.Data.Packing;

/// <summary>A stretch of an example's tokens.</summary>
/// <param name="Example">Number of the example.</param>
/// <param name="Start">First token.</param>
/// <param name="Length">Number of tokens.</param>
public readonly record struct ExampleSegment(int Example, int Start, int Length);
