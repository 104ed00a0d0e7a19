namespace Hone.Models.Nn;

/// <summary>RMS norm of the queries and keys of each head, before they are rotated.</summary>
/// <param name="Eps">Added to the mean square.</param>
/// <param name="WeightOffset">Added to each weight: 1 for Gemma's zero-centred weights.</param>
public sealed record HeadNorm(double Eps, double WeightOffset = 0);
