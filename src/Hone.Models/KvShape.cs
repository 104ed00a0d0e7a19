namespace Hone.Models;

/// <summary>What a layer puts into a cache for every token.</summary>
/// <param name="KvHeads">Key and value heads.</param>
/// <param name="HeadDim">Width of a head.</param>
/// <param name="SlidingWindow">Positions that the layer looks back, its own included; null when it sees everything.</param>
public readonly record struct KvShape(int KvHeads, int HeadDim, int? SlidingWindow);
