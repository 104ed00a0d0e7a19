namespace Hone.Models.Nn;

/// <summary>Consecutive rows of a pass whose rotary embedding goes by the same length of text.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Length">Positions of the text, above every position of the rows.</param>
public readonly record struct RotarySpan(int Rows, int Length);
