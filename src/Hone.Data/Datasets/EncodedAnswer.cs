namespace Hone.Data.Datasets;

/// <summary>An example, and what it is to its row.</summary>
/// <param name="Role">What it is.</param>
/// <param name="Encoded">The example.</param>
internal readonly record struct EncodedAnswer(ExampleRole Role, EncodedExample Encoded);
