using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Models.Nn;

/// <summary>Layers with a common input, multiplied in one product when their frozen weights allow it.</summary>
/// <remarks>The layers stay modules with keys and adapters of their own; the group holds only the joined copy of their weights.</remarks>
public sealed class LinearGroup : Module
{
    private readonly Linear[] _members;
    private PackedWeight? _packed;
    private Parameter? _bias;

    /// <summary>Groups layers, which remain children of the module that made them.</summary>
    /// <param name="weights">Any place in their checkpoint.</param>
    /// <param name="members">Layers with the same number of input features.</param>
    public LinearGroup(WeightSource weights, params Linear[] members)
    {
        _members = members;
        bool areBlocks = members.All(member => member.Kind.Format is not null);
        bool areEqual = members.All(member => member.Kind.DType is { } dtype && dtype == members[0].Kind.DType);
        if (weights.Options.Use == ModelUse.Inference && (areBlocks || areEqual))
        {
            for (int i = 0; i < members.Length; i++)
            {
                members[i].Join(this, i);
            }

            weights.Defer(Pack);
        }
    }

    /// <summary>Whether the results lie beside each other in one tensor: joined, and no member has an adapter.</summary>
    public bool IsJoined => _packed is not null && Array.TrueForAll(_members, member => member is { Adapter: null, HasOwnWeight: false });

    /// <summary>The results of all layers beside each other.</summary>
    /// <param name="x"><c>[…, in]</c>.</param>
    /// <returns><c>[…, sum of out]</c>.</returns>
    /// <exception cref="InvalidOperationException">The group is not joined (<see cref="IsJoined"/>).</exception>
    public Tensor ForwardJoined(Tensor x) =>
        _packed is null ? throw new InvalidOperationException("The layers of this group have no joined weight; ask IsJoined first.") : Ops.PackedLinear(x, _packed, _bias);

    /// <summary>The result of each layer, in order; views of one tensor where the group is joined.</summary>
    /// <param name="x"><c>[…, in]</c>.</param>
    public Tensor[] Forward(Tensor x)
    {
        if (_packed is null)
        {
            return Array.ConvertAll(_members, member => member.Forward(x));
        }

        Tensor[] results = ForwardBase(x);
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = _members[i].HasOwnWeight ? _members[i].Forward(x) : _members[i].Adapt(x, results[i]);
        }

        return results;
    }

    /// <summary>The result of each layer of a joined group without adapters.</summary>
    internal Tensor[] ForwardBase(Tensor x)
    {
        Tensor joined = ForwardJoined(x);
        var results = new Tensor[_members.Length];
        for (int i = 0, start = 0; i < results.Length; start += _members[i++].OutFeatures)
        {
            results[i] = Ops.Slice(joined, -1, start, _members[i].OutFeatures);
        }

        return results;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool isDisposing)
    {
        _packed?.Dispose();
        _bias?.Dispose();
        base.Dispose(isDisposing);
    }

    private void Pack()
    {
        _packed = _members[0].Kind.Format is null ? PackDense() : PackBlocks();
        if (Array.Exists(_members, member => member.Bias is not null))
        {
            Tensor[] biases = Array.ConvertAll(_members, member => member.Bias?.Detach() ?? Tensor.Zeros(DType.F32, member.OutFeatures));
            _bias = new Parameter(Ops.Concatenate(biases, 0), "bias", requiresGrad: false);
            Array.ForEach(biases, bias => bias.Dispose());
        }
    }

    private PackedWeight PackDense()
    {
        Tensor[] parts = Array.ConvertAll(_members, member => member.ReadHeld());
        using Tensor joined = Ops.Concatenate(parts, 0);
        Array.ForEach(parts, part => part.Dispose());
        return PackedWeight.Create(joined, forBackward: false);
    }

    private PackedWeight PackBlocks()
    {
        QuantizedMatrix[] parts = Array.ConvertAll(_members, member => member.ReadBlocks());
        var packed = PackedWeight.Create(parts);
        Array.ForEach(parts, part => part.Dispose());
        return packed;
    }
}
