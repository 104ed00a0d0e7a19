namespace Hone.Tensors;

/// <summary>Frees every tensor made while it is open, except those kept. Opened by loops and tests, not by models.</summary>
/// <remarks>Scopes nest and belong to the thread that opened them. Bytes that a recorded graph saved stay until the graph lets go.</remarks>
public sealed class TensorScope : IDisposable
{
    private const int FirstSweep = 256;

    [ThreadStatic]
    private static TensorScope? t_current;

    private readonly TensorScope? _parent;
    private readonly List<Tensor> _tensors = [];
    private int _nextSweep = FirstSweep;
    private bool _isClosed;

    private TensorScope(string name)
    {
        Name = name;
        _parent = t_current;
        t_current = this;
    }

    /// <summary>Shown in the error of a tensor used after this scope freed it.</summary>
    public string Name { get; }

    /// <summary>Opens a scope on the calling thread.</summary>
    public static TensorScope Begin(string name) => new(name);

    /// <summary>Computes a tensor and frees at once what was made on the way, but for what the backward pass needs.</summary>
    /// <param name="name">Shown in the error of a tensor used after it was freed.</param>
    /// <param name="compute">Makes the result, a tensor of its own.</param>
    public static Tensor Run(string name, Func<Tensor> compute)
    {
        ArgumentNullException.ThrowIfNull(compute);
        using TensorScope scope = Begin(name);
        return compute().Keep();
    }

    /// <summary>Frees what was made inside and not kept.</summary>
    /// <exception cref="InvalidOperationException">A scope opened later is still open, or this is another thread.</exception>
    public void Dispose()
    {
        if (_isClosed)
        {
            return;
        }

        if (t_current != this)
        {
            throw new InvalidOperationException($"Scope '{Name}' was closed while scope '{t_current?.Name ?? "none"}' was the innermost; close scopes in reverse order, on the thread that opened them.");
        }

        _isClosed = true;
        t_current = _parent;
        FreeAll();
    }

    /// <summary>Frees what was made so far and not kept, and stays open.</summary>
    internal void FreeAll()
    {
        foreach (Tensor tensor in _tensors)
        {
            if (tensor.Scope == this)
            {
                tensor.Free(Name);
            }
        }

        _tensors.Clear();
    }

    internal static void Adopt(Tensor tensor)
    {
        if (t_current is { } scope)
        {
            scope.Add(tensor);
        }
    }

    /// <summary>Moves a tensor to the scope around the one that holds it.</summary>
    internal static void Release(Tensor tensor)
    {
        TensorScope? parent = tensor.Scope?._parent;
        tensor.Scope = null;
        parent?.Add(tensor);
    }

    /// <summary>Takes a tensor out of all scopes; it lives until disposed.</summary>
    internal static void Abandon(Tensor tensor) => tensor.Scope = null;

    private void Add(Tensor tensor)
    {
        if (_tensors.Count == _nextSweep)
        {
            _tensors.RemoveAll(t => t.IsFreed || t.Scope != this); // a long-lived scope must not grow with tensors disposed by hand
            _nextSweep = Math.Max(FirstSweep, _tensors.Count * 2);
        }

        tensor.Scope = this;
        _tensors.Add(tensor);
    }
}
