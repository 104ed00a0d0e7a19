namespace Hone.Tensors.Kernels;

/// <summary>Where the heads of a <c>[batch, tokens, heads, headDim]</c> or <c>[batch, heads, tokens, headDim]</c> tensor lie; strides count elements.</summary>
internal readonly record struct RotaryRows
{
    /// <summary>Sequences.</summary>
    public required long Batch { get; init; }

    /// <summary>Tokens of a sequence.</summary>
    public required long Tokens { get; init; }

    /// <summary>Heads of a token.</summary>
    public required long Heads { get; init; }

    /// <summary>Elements of a head, contiguous.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Leading elements of a head that are turned: even, at most <see cref="HeadDim"/>.</summary>
    public required int RotaryDim { get; init; }

    /// <summary>Which elements form pairs.</summary>
    public required RotaryLayout Layout { get; init; }

    /// <summary>Rows of the cosine and sine tables.</summary>
    public required int TablePositions { get; init; }

    /// <summary>Strides of the source.</summary>
    public required (long Batch, long Token, long Head) SourceStrides { get; init; }

    /// <summary>Strides of the target.</summary>
    public required (long Batch, long Token, long Head) TargetStrides { get; init; }
}
