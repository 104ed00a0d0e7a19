namespace Hone.Tensors.Kernels;

/// <summary>The last pass of an Adafactor step over one matrix; everything contiguous f32.</summary>
internal readonly unsafe struct AdafactorUpdate
{
    /// <summary>Values <c>[rows, columns]</c>, updated.</summary>
    public required float* Parameter { get; init; }

    /// <summary>Gradient, read only.</summary>
    public required float* Gradient { get; init; }

    /// <summary>Running mean of the update, updated; null without a first moment.</summary>
    public float* FirstMoment { get; init; }

    /// <summary>Factor of each row's gradient.</summary>
    public required float* RowFactors { get; init; }

    /// <summary>Factor of each column's gradient.</summary>
    public required float* ColumnFactors { get; init; }

    /// <summary>Rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Columns.</summary>
    public required int Columns { get; init; }

    /// <summary>Factor of the whole update.</summary>
    public required float Step { get; init; }

    /// <summary>Factor of the values: what weight decay leaves.</summary>
    public required float Keep { get; init; }

    /// <summary>Decay of the first moment.</summary>
    public float Beta1 { get; init; }
}
