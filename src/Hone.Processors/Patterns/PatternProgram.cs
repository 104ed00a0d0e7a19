namespace Hone.Processors.Patterns;

/// <summary>A compiled regular expression: a graph of instructions without counters, so that where a match can go on depends on instruction and position alone.</summary>
/// <param name="Instructions">The graph.</param>
/// <param name="Start">Where a match begins.</param>
/// <param name="Rows">Number of instructions at which paths split.</param>
/// <param name="First">What a match can begin with, or <see langword="null"/> when it may be empty.</param>
internal sealed record PatternProgram(PatternInstruction[] Instructions, int Start, int Rows, CodePointSet? First);
