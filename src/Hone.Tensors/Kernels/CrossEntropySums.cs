namespace Hone.Tensors.Kernels;

/// <summary>Totals of a cross-entropy over the labelled tokens; a mean is <c>Loss / WeightSum</c>.</summary>
/// <param name="Loss">Weighted sum of everything that is trained on.</param>
/// <param name="NegativeLogLikelihood">Weighted sum of <c>lse − z_y</c> alone: what perplexity is made of.</param>
/// <param name="WeightSum">Sum of the labelled tokens' weights; their number without weights.</param>
/// <param name="Count">Labelled tokens.</param>
internal readonly record struct CrossEntropySums(double Loss, double NegativeLogLikelihood, double WeightSum, long Count);
