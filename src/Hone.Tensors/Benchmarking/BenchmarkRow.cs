namespace Hone.Tensors.Benchmarking;

/// <summary>One measured figure, alone or beside a peer's.</summary>
/// <param name="Bench">Name of the benchmark, e.g. <c>gemm</c>.</param>
/// <param name="Case">What was computed, e.g. <c>A·Bᵀ 512x576x576</c> (M x N x K).</param>
/// <param name="Threads">Threads of every contender.</param>
/// <param name="Hone">Hone's figure in <paramref name="Unit"/>, the median over the rounds.</param>
/// <param name="Peer">Name of the peer; empty when Hone ran alone.</param>
/// <param name="PeerValue">The peer's figure in <paramref name="Unit"/>; 0 without a peer.</param>
/// <param name="Unit"><c>gflops</c>, <c>gb/s</c> or another rate: more is better.</param>
/// <param name="Ratio">Median over the rounds of Hone's rate divided by the peer's; above 1 Hone is faster; 0 without a peer.</param>
/// <param name="PeakFraction">Hone's figure divided by the machine's measured limit for that unit and thread count.</param>
public sealed record BenchmarkRow(
    string Bench, string Case, int Threads, double Hone, string Peer, double PeerValue, string Unit, double Ratio, double PeakFraction);
