namespace Hone.Models.Nn;

/// <summary>How a rotary embedding changes with the length of the text, for caches that keep rotated keys.</summary>
/// <param name="Longest">The longest text for which nothing changes.</param>
/// <param name="IsGradual">
/// Whether every longer text has frequencies of its own (dynamic: keys stay as they were written, as in the reference), or all of them have the same
/// (longrope: keys are computed anew when a text crosses the length).
/// </param>
public readonly record struct RotaryLengthRule(int Longest, bool IsGradual);
