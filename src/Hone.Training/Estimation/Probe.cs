namespace Hone.Training.Estimation;

/// <summary>What one real step took.</summary>
/// <param name="Tokens">Tokens of its micro-batch.</param>
/// <param name="Work">Multiply-adds of all its micro-batches.</param>
/// <param name="Seconds">Its time.</param>
/// <param name="PeakTensorBytes">Most memory of tensors at one time, from the first probe to the end of this one.</param>
internal readonly record struct Probe(long Tokens, double Work, double Seconds, long PeakTensorBytes);
