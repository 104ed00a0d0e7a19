namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>What one thread computes at a time: a block of query rows for the heads of one key head, over all their keys or one segment of them.</summary>
/// <param name="Sequence">Number of the sequence.</param>
/// <param name="KvHead">Key head.</param>
/// <param name="First">First query row of the sequence in the block.</param>
/// <param name="Positions">Query rows of the sequence; the block has this many times the group's heads.</param>
/// <param name="Part">Place of the first segment's result among the partial results, or −1 when the piece covers all its segments.</param>
/// <param name="Segment">The one segment of a partial piece.</param>
internal readonly record struct PagedPiece(int Sequence, int KvHead, int First, int Positions, int Part, int Segment);
