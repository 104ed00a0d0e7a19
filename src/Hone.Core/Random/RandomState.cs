namespace Hone.Core.Random;

/// <summary>Everything a checkpoint stores to continue a <see cref="RandomStream"/> exactly where it stopped.</summary>
/// <param name="Key">Philox key of the stream.</param>
/// <param name="Sequence">High half of the counter, which keeps streams with equal keys apart.</param>
/// <param name="Position">Number of 32-bit words drawn so far.</param>
public readonly record struct RandomState(ulong Key, ulong Sequence, ulong Position);
