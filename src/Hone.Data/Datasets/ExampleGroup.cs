using System.Collections.Immutable;

namespace Hone.Data.Datasets;

/// <summary>Examples of which every epoch takes a given number.</summary>
/// <param name="Name">What they are called.</param>
/// <param name="Examples">Their numbers in the store.</param>
/// <param name="PerEpoch">How many of them an epoch takes: each one as often as goes, the rest at random.</param>
public sealed record ExampleGroup(string Name, ImmutableArray<int> Examples, long PerEpoch);
