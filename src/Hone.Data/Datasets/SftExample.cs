using System.Collections.Immutable;

namespace Hone.Data.Datasets;

/// <summary>One example of supervised fine-tuning as a model reads it.</summary>
/// <param name="InputIds">Token ids.</param>
/// <param name="Labels">Of each token its id if it is trained, else <see cref="IgnoreIndex"/>; not shifted.</param>
public sealed record SftExample(ImmutableArray<int> InputIds, ImmutableArray<int> Labels)
{
    /// <summary>The label of a token that is read but not trained.</summary>
    public const int IgnoreIndex = -100;

    /// <summary>Number of trained tokens.</summary>
    public int TrainedTokens => Labels.Count(label => label != IgnoreIndex);
}
