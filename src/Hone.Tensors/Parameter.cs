namespace Hone.Tensors;

/// <summary>A named tensor that lives outside scopes and, when it requires one, collects its gradient.</summary>
public sealed class Parameter : Tensor
{
    private Tensor? _grad;

    /// <summary>Takes over the bytes of <paramref name="value"/>, which must be contiguous or is copied.</summary>
    /// <param name="value">Initial value; its handle is freed.</param>
    /// <param name="name">Module path, which is also the checkpoint's key.</param>
    /// <param name="requiresGrad">Whether the backward pass adds to <see cref="Grad"/>.</param>
    public Parameter(Tensor value, string name, bool requiresGrad = true)
        : this(Strided.Contiguous(value), value, name, requiresGrad)
    {
    }

    private Parameter(Tensor contiguous, Tensor original, string name, bool requiresGrad)
        : base(Held(contiguous), contiguous.DType, contiguous.Shape, contiguous.Strides.ToArray(), contiguous.Offset)
    {
        Name = name;
        IsTrainable = requiresGrad;
        TensorScope.Abandon(this);
        contiguous.Free("its Parameter");
        original.Free("its Parameter");
    }

    /// <summary>Module path, which is also the checkpoint's key.</summary>
    public string Name { get; }

    /// <summary>Whether the backward pass adds to <see cref="Grad"/>; a frozen parameter costs no gradient and saves no activations.</summary>
    public bool IsTrainable { get; set; }

    /// <inheritdoc/>
    public override bool RequiresGrad => IsTrainable;

    /// <summary>Sum of the gradients of all backward passes since <see cref="ZeroGrad"/>, of this parameter's shape; <see langword="null"/> before the first.</summary>
    public Tensor? Grad
    {
        get => _grad;
        internal set
        {
            if (value is not null)
            {
                TensorScope.Abandon(value);
            }

            _grad = value;
        }
    }

    /// <summary>Forgets the collected gradient and frees its memory.</summary>
    public void ZeroGrad()
    {
        _grad?.Dispose();
        _grad = null;
    }

    private static Storage Held(Tensor tensor)
    {
        Storage storage = tensor.Storage;
        storage.Hold();
        return storage;
    }
}
