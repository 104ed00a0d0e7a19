namespace Hone.Tensors.Tests.Ops;

/// <summary>How a suite lays out the inputs of an op in memory; values are the same for contiguous and strided ones.</summary>
public enum Layout
{
    /// <summary>Row-major without gaps.</summary>
    Contiguous,

    /// <summary>Every dimension reversed in memory and padded, so that no dimension has stride 1.</summary>
    Strided,

    /// <summary>The first dimension repeated with stride 0.</summary>
    Broadcast,
}
