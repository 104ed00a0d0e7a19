namespace Hone.Fuzzing;

/// <summary>A parser and what it is fed with.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Seeds">Well-formed inputs to start from; at least one.</param>
/// <param name="Words">Pieces of the format's grammar that mutations put in.</param>
/// <param name="Parse">Reads an input and uses what came of it; a <see cref="Hone.Core.Errors.HoneException"/> is a rejection, any other exception a failure.</param>
internal sealed record FuzzTarget(string Name, Func<IReadOnlyList<byte[]>> Seeds, IReadOnlyList<byte[]> Words, Action<byte[]> Parse)
{
    /// <summary>Whether the seeds are JSON, half of whose changes keep it well-formed.</summary>
    public bool IsJson { get; init; }
}
