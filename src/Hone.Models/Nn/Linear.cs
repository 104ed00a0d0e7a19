using Hone.Core.Recipes;
using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Models.Nn;

/// <summary>Affine map of the last dimension, on a trainable weight or on a frozen one laid out for products.</summary>
public sealed class Linear : Module
{
    private readonly WeightSource _source;
    private readonly StoredWeight _stored;
    private readonly bool _isTransposed;
    private readonly bool _isHead;
    private readonly Action _materialize;
    private LinearGroup? _group;
    private int _place;
    private bool _hasOwnWeight;

    /// <summary>Declares <c>weight</c> and, where there is one, <c>bias</c> below <paramref name="weights"/>' path.</summary>
    /// <param name="inFeatures">Size of the input's last dimension.</param>
    /// <param name="outFeatures">Size of the result's last dimension.</param>
    /// <param name="bias">Whether a bias is added.</param>
    /// <param name="weights">The layer's place.</param>
    public Linear(int inFeatures, int outFeatures, bool bias, WeightSource weights)
        : this(weights, weights.Weight("weight", outFeatures, inFeatures), inFeatures, outFeatures, bias)
    {
        weights.Defer(_materialize);
    }

    private Linear(
        WeightSource source, StoredWeight stored, int inFeatures, int outFeatures, bool bias, bool isTransposed = false, bool isHead = false, Embedding? tied = null)
    {
        _materialize = isHead ? () => MaterializeHead(tied) : Materialize;
        _source = source;
        _stored = stored;
        _isTransposed = isTransposed;
        _isHead = isHead;
        Path = source.Path;
        InFeatures = inFeatures;
        OutFeatures = outFeatures;
        Bias = bias ? source.Vector("bias", outFeatures) : null;
    }

    /// <inheritdoc/>
    public override string Path { get; }

    /// <summary>Size of the input's last dimension.</summary>
    public int InFeatures { get; }

    /// <summary>Size of the result's last dimension.</summary>
    public int OutFeatures { get; }

    /// <summary>Whether the checkpoint stores the weight as <c>[in, out]</c> (GPT-2's Conv1D) instead of <c>[out, in]</c>.</summary>
    public bool IsTransposed => _isTransposed;

    /// <summary>The dense weight in the checkpoint's orientation; <see langword="null"/> while it is packed.</summary>
    public Parameter? Weight { get; private set; }

    /// <summary>The packed weight; <see langword="null"/> while it is dense, or packed together with others.</summary>
    public PackedWeight? Packed { get; private set; }

    /// <summary><c>[out]</c>, f32.</summary>
    public Parameter? Bias { get; }

    /// <summary>The trained update, or <see langword="null"/>; set by an adapter alone.</summary>
    public ILinearAdapter? Adapter { get; set; }

    /// <summary>Type of the weight as it is multiplied, for groups: only equal ones are packed together.</summary>
    internal (DType? DType, BlockFormat? Format) Kind =>
        !_stored.IsPresent || IsNf4 ? default
        : KeepsBlocks ? (null, _stored.Format)
        : (_source.HeldAs(_stored.DType ?? DType.F32), null);

    /// <summary>Whether the weight stays in the blocks that the checkpoint stores.</summary>
    private bool KeepsBlocks => !IsNf4 && _source.KeepsBlocks(_stored);

    /// <summary>Whether the weight is rounded to 4-bit NormalFloat as it is loaded; heads are not, as in QLoRA.</summary>
    private bool IsNf4 => !_isHead && _source.Options is { Weights: WeightType.Nf4, Use: not ModelUse.FullTraining };

    /// <inheritdoc/>
    protected internal override IEnumerable<Parameter> OwnParameters => new[] { Weight, Bias }.OfType<Parameter>();

    /// <summary>A layer whose weight is stored as <c>[in, out]</c>.</summary>
    public static Linear CreateTransposed(int inFeatures, int outFeatures, bool bias, WeightSource weights)
    {
        var linear = new Linear(weights, weights.Weight("weight", inFeatures, outFeatures), inFeatures, outFeatures, bias, isTransposed: true);
        weights.Defer(linear._materialize);
        return linear;
    }

    /// <summary>An output head: like any layer when the model is used, but dense when it is trained, for losses that fuse the head.</summary>
    public static Linear CreateHead(int hiddenSize, int vocabSize, bool bias, WeightSource weights)
    {
        var linear = new Linear(weights, weights.Weight("weight", vocabSize, hiddenSize), hiddenSize, vocabSize, bias, isHead: true);
        weights.Defer(linear._materialize);
        return linear;
    }

    /// <summary>An output head on the embedding's own table.</summary>
    /// <param name="embedding">The table.</param>
    /// <param name="weights">Place that the head has in the model, <c>lm_head</c>; it stores nothing there.</param>
    public static Linear CreateTiedHead(Embedding embedding, WeightSource weights)
    {
        weights.Alias("weight", embedding.Stored.Name); // some checkpoints store the shared table twice
        embedding.IsShared = weights.Options.Use == ModelUse.Inference;
        embedding.IsHeadInTraining = !embedding.IsShared;
        var linear = new Linear(weights, embedding.Stored, embedding.Width, embedding.Count, bias: false, isHead: true, tied: embedding);
        weights.Defer(linear._materialize);
        return linear;
    }

    /// <param name="x"><c>[…, in]</c>.</param>
    /// <returns><c>[…, out]</c>.</returns>
    public Tensor Forward(Tensor x)
    {
        using OpContext context = OpContext.Enter(Path);
        return _group is not null && !_hasOwnWeight ? _group.Forward(x)[_place] : Adapter is null ? ForwardBase(x) : Adapter.Forward(this, x);
    }

    /// <summary>The map without adapter.</summary>
    /// <inheritdoc cref="Forward"/>
    public Tensor ForwardBase(Tensor x)
    {
        if (Weight is not null)
        {
            return Ops.Linear(x, _isTransposed ? Ops.Transpose(Weight) : Weight, Bias);
        }

        if (Packed is null)
        {
            // Packed with others in inference mode; only an adapter that replaces the input asks for this.
            return _group is null ? throw NotMaterialized() : _group.ForwardBase(x)[_place];
        }

        return Bias is { IsTrainable: true } ? Ops.PackedLinear(x, Packed) + Bias : Ops.PackedLinear(x, Packed, Bias);
    }

    /// <summary>The weight as dense f32 <c>[out, in]</c>, from the parameter or read again from the checkpoint, rounded as it is multiplied; the caller disposes it.</summary>
    public Tensor ReadWeight()
    {
        if (Weight is null && IsNf4)
        {
            using Nf4Matrix rounded = ReadNf4();
            return rounded.Dequantize();
        }

        using Tensor stored = Weight is not null ? Weight.Detach() : _stored.ReadDense(DType.F32);
        return Oriented(stored, DType.F32);
    }

    /// <summary>The weight as dense f32 in the checkpoint's orientation; the caller disposes it.</summary>
    internal Tensor ReadWeightAsStored() => _stored.ReadDense(DType.F32);

    /// <summary>Gives the layer a weight and a bias of its own, trainable unless the model is for inference: what an adapter's <c>modules_to_save</c> holds.</summary>
    /// <remarks>A tied head is no longer tied afterwards.</remarks>
    /// <param name="weight">In the checkpoint's orientation, copied; the present values when not given.</param>
    /// <param name="bias"><c>[out]</c>, copied; the present values when not given.</param>
    public void Replace(Tensor? weight, Tensor? bias)
    {
        bool isTrained = _source.Options.Use != ModelUse.Inference;
        if (weight is not null)
        {
            SetOwn(weight, isTrained);
        }
        else if (_group is not null && Packed is null)
        {
            SetOwn(null, isTrained); // the group's joined bias is not this one any more
        }

        if (Bias is not null)
        {
            if (bias is not null)
            {
                Bias.CopyFrom(bias);
            }

            Bias.IsTrainable = isTrained;
        }
    }

    /// <summary>Goes back to the checkpoint's weight and bias.</summary>
    public void Restore()
    {
        if (_hasOwnWeight)
        {
            Packed?.Dispose();
            (Packed, Weight, _hasOwnWeight) = (null, null, false);
            _materialize();
        }

        if (Bias is not null)
        {
            using Tensor stored = _source.Weight("bias", OutFeatures).ReadDense(DType.F32);
            Bias.CopyFrom(stored);
            Bias.IsTrainable = _source.Options.Use == ModelUse.FullTraining;
        }
    }

    /// <summary>Whether adapters on the layer are trained.</summary>
    internal bool TrainsAdapters => _source.Options.Use != ModelUse.Inference;

    /// <summary>Whether the layer no longer takes part in its group's product.</summary>
    internal bool HasOwnWeight => _hasOwnWeight;

    /// <summary>The adapter's result, or <paramref name="y"/> without one.</summary>
    internal Tensor Adapt(Tensor x, Tensor y) => Adapter is null ? y : Adapter.Apply(this, x, y);

    /// <summary>Leaves the packing to a group.</summary>
    internal void Join(LinearGroup group, int place)
    {
        _group = group;
        _place = place;
    }

    /// <summary>The dense weight in the type that it is held in, <c>[out, in]</c>; the caller disposes it.</summary>
    internal Tensor ReadHeld()
    {
        DType held = _source.HeldAs(_stored.DType ?? DType.F32);
        using Tensor stored = _stored.ReadDense(held);
        return Oriented(stored, held);
    }

    /// <summary>The blocks as stored.</summary>
    internal QuantizedMatrix ReadBlocks() => _stored.ReadBlocks();

    /// <inheritdoc/>
    protected override void Dispose(bool isDisposing)
    {
        Packed?.Dispose();
        Weight?.Dispose();
        Bias?.Dispose();
        base.Dispose(isDisposing);
    }

    private Tensor Oriented(Tensor stored, DType dtype)
    {
        using Tensor view = _isTransposed ? Ops.Transpose(stored.Detach()) : stored.Detach();
        return view.DType == dtype ? view.Detach() : Ops.Cast(view, dtype);
    }

    private void SetOwn(Tensor? value, bool isTrained)
    {
        PackedWeight? packed = null;
        Parameter? own = null;
        if (value is null)
        {
            packed = Pack(forBackward: isTrained);
        }
        else if (isTrained)
        {
            Tensor copy = Tensor.Zeros(DType.F32, value.Shape);
            copy.CopyFrom(value);
            own = new Parameter(copy, $"{Path}.weight");
        }
        else
        {
            using Tensor oriented = Oriented(value, DType.F32);
            packed = PackedWeight.Create(oriented, forBackward: false);
        }

        Packed?.Dispose();
        (Packed, Weight, _hasOwnWeight) = (packed, own, true);
    }

    private void Materialize()
    {
        if (_group is not null)
        {
            return;
        }

        if (_source.Options.Use == ModelUse.FullTraining)
        {
            Weight = new Parameter(_stored.ReadOwned(DType.F32), _stored.Name);
            return;
        }

        Packed = Pack(_source.Options.Use == ModelUse.AdapterTraining);
    }

    private PackedWeight Pack(bool forBackward)
    {
        if (IsNf4)
        {
            using Nf4Matrix rounded = ReadNf4();
            return PackedWeight.Create(rounded, forBackward);
        }

        if (KeepsBlocks)
        {
            using QuantizedMatrix blocks = _stored.ReadBlocks();
            return PackedWeight.Create(blocks, forBackward);
        }

        using Tensor weight = ReadHeld();
        return PackedWeight.Create(weight, forBackward);
    }

    private Nf4Matrix ReadNf4()
    {
        using Tensor dense = ReadHeld();
        return Nf4Matrix.Quantize(dense);
    }

    private void MaterializeHead(Embedding? tied)
    {
        if (_source.Options.Use == ModelUse.Inference)
        {
            Materialize();
            tied?.Share(Packed);
        }
        else if (tied?.Table is { } table)
        {
            Weight = table;
        }
        else
        {
            bool isTrained = _source.Options.Use == ModelUse.FullTraining;
            DType held = _source.HeldAs(_stored.DType ?? DType.F32);
            Weight = new Parameter(isTrained ? _stored.ReadOwned(held) : _stored.ReadDense(held), _stored.Name, isTrained);
        }
    }

    private InvalidOperationException NotMaterialized() => new($"'{Path}' has no weight yet; WeightSource.Complete reads it.");
}
