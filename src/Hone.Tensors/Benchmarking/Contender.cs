namespace Hone.Tensors.Benchmarking;

/// <summary>One way to do the work that a benchmark times.</summary>
/// <param name="Name">Shown in results.</param>
/// <param name="Run">Does the work once, on as many threads as every other contender.</param>
public sealed record Contender(string Name, Action Run);
