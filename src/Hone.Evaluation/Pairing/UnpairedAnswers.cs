namespace Hone.Evaluation.Pairing;

/// <summary>Answers that could not be compared for one reason.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="FirstIds">The ids of the first of them.</param>
public sealed record UnpairedAnswers(long Count, IReadOnlyList<string> FirstIds)
{
    /// <summary>Gives <c>3 (17, 18, 40)</c>.</summary>
    public override string ToString() => Count == 0 ? "0" : $"{Count} ({string.Join(", ", FirstIds)}{(FirstIds.Count < Count ? ", …" : "")})";
}
