using Hone.Evaluation.Pairing;
using Hone.Evaluation.Statistics;

namespace Hone.Pipelines.Reports;

/// <summary>Evaluations of two runs, or two of one run, with their answers paired.</summary>
/// <param name="First">What the first is called: its stage, with the run where both stages have one name.</param>
/// <param name="Second">What the second is called.</param>
/// <param name="Pairing">Their answers, paired; it has at least one pair.</param>
public sealed record ComparedEvaluation(string First, string Second, AnswerPairing Pairing)
{
    /// <summary>The statistics over all pairs.</summary>
    public PairedComparison Comparison => Pairing.Comparison ?? throw new InvalidOperationException("An evaluation without a pair is not compared.");

    /// <summary>The verdict in a sentence.</summary>
    public string Verdict => ComparisonText.Verdict(Comparison, First, Second);
}
