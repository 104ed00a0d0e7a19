using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Models.Nn;

/// <summary>A table of vectors, one for each token or position.</summary>
public sealed class Embedding : Module
{
    private readonly WeightSource _source;
    private readonly int _paddingIndex;
    private PackedWeight? _packed;

    /// <summary>Declares <c>weight</c> below <paramref name="weights"/>' path.</summary>
    /// <param name="count">Rows: size of the vocabulary, or number of positions.</param>
    /// <param name="width">Columns: the hidden size.</param>
    /// <param name="weights">The table's place.</param>
    /// <param name="paddingIndex">Row that gets no gradient; none when negative.</param>
    public Embedding(int count, int width, WeightSource weights, int paddingIndex = -1)
    {
        _source = weights;
        _paddingIndex = paddingIndex;
        Path = weights.Path;
        Count = count;
        Width = width;
        Stored = weights.Weight("weight", count, width);
        weights.Defer(Materialize);
    }

    /// <inheritdoc/>
    public override string Path { get; }

    /// <summary>Rows of the table.</summary>
    public int Count { get; }

    /// <summary>Columns of the table.</summary>
    public int Width { get; }

    /// <summary>The dense table <c>[count, width]</c>; <see langword="null"/> while it is packed, alone or as the output head.</summary>
    public Parameter? Table { get; private set; }

    /// <summary>The trained update, or <see langword="null"/>; set by an adapter alone.</summary>
    public IEmbeddingAdapter? Adapter { get; set; }

    /// <summary>Changes what <see cref="Forward"/> gives, <c>[…, width]</c>, while a model is trained; nothing when <see langword="null"/>.</summary>
    public Func<Tensor, Tensor>? Noise { get; set; }

    internal StoredWeight Stored { get; }

    /// <summary>Whether the output head's packed weight serves as the table.</summary>
    internal bool IsShared { get; set; }

    /// <inheritdoc/>
    protected internal override IEnumerable<Parameter> OwnParameters => new[] { Table }.OfType<Parameter>();

    /// <param name="ids">i32 or i64, any shape.</param>
    /// <returns>f32, <c>[…, width]</c>.</returns>
    public Tensor Forward(Tensor ids)
    {
        using OpContext context = OpContext.Enter(Path);
        Tensor places = Ops.Cast(ids, DType.I64);
        Tensor y = Table is not null ? Ops.Embedding(Table, places, _paddingIndex)
            : Ops.Embedding(_packed ?? throw new InvalidOperationException($"'{Path}' has no table yet; WeightSource.Complete reads it."), places);
        y = Adapter is null ? y : Adapter.Apply(this, places, y);
        return Noise is null ? y : Noise(y);
    }

    /// <summary>The table as dense f32, from the parameter or read again from the checkpoint; the caller disposes it.</summary>
    public Tensor ReadTable() => Table is not null ? Ops.Cast(Table.Detach(), DType.F32) : Stored.ReadDense(DType.F32);

    /// <summary>Gives the embedding a table of its own, trainable unless the model is for inference: what an adapter's <c>modules_to_save</c> holds.</summary>
    /// <param name="table"><c>[count, width]</c>, copied; the present values when not given.</param>
    public void Replace(Tensor? table)
    {
        using Tensor value = table?.Detach() ?? ReadTable();
        Tensor own = Tensor.Zeros(DType.F32, Count, Width);
        own.CopyFrom(value);
        Table = new Parameter(own, Stored.Name, _source.Options.Use != ModelUse.Inference);
    }

    /// <summary>Goes back to the checkpoint's table.</summary>
    public void Restore()
    {
        Table?.Dispose();
        Table = null;
        if (_packed is null)
        {
            Materialize();
        }
    }

    /// <summary>Takes the output head's packed weight for the table.</summary>
    internal void Share(PackedWeight? head) => _packed = head;

    /// <inheritdoc/>
    protected override void Dispose(bool isDisposing)
    {
        Table?.Dispose();
        if (!IsShared)
        {
            _packed?.Dispose();
        }

        base.Dispose(isDisposing);
    }

    /// <summary>Whether the table is the output head too and must be dense, for losses that fuse the head.</summary>
    internal bool IsHeadInTraining { get; set; }

    /// <summary>Whether adapters on the embedding are trained.</summary>
    internal bool TrainsAdapters => _source.Options.Use != ModelUse.Inference;

    private void Materialize()
    {
        if (IsShared)
        {
            return; // the head packs it
        }

        if (_source.KeepsBlocks(Stored) && !IsHeadInTraining)
        {
            using QuantizedMatrix blocks = Stored.ReadBlocks();
            _packed = PackedWeight.Create(blocks);
            return;
        }

        bool isTrained = _source.Options.Use == ModelUse.FullTraining;
        DType held = _source.HeldAs(Stored.DType ?? DType.F32);
        Table = new Parameter(isTrained ? Stored.ReadOwned(held) : Stored.ReadDense(held), Stored.Name, isTrained);
    }
}
