namespace Hone.Pipelines.Reports;

/// <summary>A warning that a run raised.</summary>
/// <param name="Stage">The stage; <see langword="null"/> where it is about the whole run.</param>
/// <param name="Message">What it says.</param>
/// <param name="Count">How often it was raised: a resumed stage repeats its warnings.</param>
public sealed record RecordedWarning(string? Stage, string Message, long Count);
