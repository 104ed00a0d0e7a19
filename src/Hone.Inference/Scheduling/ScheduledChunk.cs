namespace Hone.Inference.Scheduling;

/// <summary>Tokens of a text that are computed in one step.</summary>
/// <param name="Sequence">The text.</param>
/// <param name="First">Position of the first one.</param>
/// <param name="Count">How many.</param>
internal readonly record struct ScheduledChunk(Sequence Sequence, int First, int Count)
{
    /// <summary>Whether the next token can be chosen after the step.</summary>
    public bool ReachesEnd => First + Count == Sequence.Count;
}
