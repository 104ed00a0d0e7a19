using Hone.Tensors.Errors;

namespace Hone.Tensors.Autograd;

/// <summary>A tensor's bytes held for the backward pass, with the version they had when they were saved; or the op that can compute them again.</summary>
internal readonly struct SavedTensor
{
    private readonly GraphNode? _source;
    private readonly Storage? _storage;
    private readonly DType _dtype;
    private readonly Shape _shape;
    private readonly long[] _strides;
    private readonly long _offset;
    private readonly int _version;

    public SavedTensor(Tensor? tensor)
    {
        _strides = [];
        if (tensor is null)
        {
            return;
        }

        if (tensor.GradNode is { Recompute: not null } source)
        {
            source.Hold();
            _source = source;
            return;
        }

        _storage = tensor.Storage;
        _storage.Hold();
        _dtype = tensor.DType;
        _shape = tensor.Shape;
        _strides = tensor.StridesArray;
        _offset = tensor.Offset;
        _version = _storage.Version;
    }

    /// <summary>The saved tensor as a new handle in the current scope.</summary>
    /// <exception cref="AutogradException">It was written to after it was saved.</exception>
    public Tensor Open(string op)
    {
        if (_source is not null)
        {
            return _source.OpenResult();
        }

        Storage storage = _storage ?? throw new InvalidOperationException($"{op} asks for a tensor that it did not save.");
        if (storage.Version != _version)
        {
            throw new AutogradException(
                $"{op}: a tensor that its gradient needs was overwritten after the forward pass.",
                OpContext.Describe(op),
                $"{_dtype.Name} {_shape}, saved at version {_version}, now at version {storage.Version}",
                "Do not write into (Fill, CopyFrom) tensors or parameters between forward and Backward; write into a copy, or step the optimizer after Backward.");
        }

        storage.Hold();
        return new Tensor(storage, _dtype, _shape, _strides, _offset);
    }

    /// <summary>Lets go of the bytes.</summary>
    public void Release()
    {
        _storage?.LetGo();
        _source?.LetGo();
    }
}
