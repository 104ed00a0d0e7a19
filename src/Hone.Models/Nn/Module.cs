using Hone.Core.Random;
using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>A part of a model: weights of its own, and parts below it.</summary>
/// <remarks>The name of a parameter is its key in the checkpoint; no module has another name for it.</remarks>
public abstract class Module : IDisposable
{
    private readonly List<Module> _children = [];

    /// <summary>The parts directly below, in the order of the data.</summary>
    public IReadOnlyList<Module> Children => _children;

    /// <summary>Beginning of the keys of this module's own weights; empty for modules that only hold others.</summary>
    public virtual string Path => string.Empty;

    /// <summary>Whether dropout is applied; off after loading.</summary>
    public bool IsTraining => DropoutRandom is not null;

    /// <summary>Where dropout draws from; <see langword="null"/> while it is off.</summary>
    public RandomStream? DropoutRandom { get; private set; }

    /// <summary>This module's own parameters, without those of its children.</summary>
    protected internal virtual IEnumerable<Parameter> OwnParameters => [];

    /// <summary>All dense parameters, trainable or frozen; one that is shared (tied) is listed once. Packed weights are not parameters.</summary>
    public IEnumerable<Parameter> Parameters() => Modules().SelectMany(module => module.OwnParameters).Distinct();

    /// <summary>This module and everything below it.</summary>
    public IEnumerable<Module> Modules() => _children.SelectMany(child => child.Modules()).Prepend(this);

    /// <summary>Turns dropout on for this module and everything below.</summary>
    /// <param name="random">Stream that masks are drawn from.</param>
    public void Train(RandomStream random) => SetDropout(random);

    /// <summary>Turns dropout off for this module and everything below.</summary>
    public void Eval() => SetDropout(null);

    /// <summary>Frees the weights of this module and everything below.</summary>
    public void Dispose()
    {
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds a part below this one.</summary>
    /// <returns><paramref name="module"/>.</returns>
    protected T Child<T>(T module)
        where T : Module
    {
        _children.Add(module);
        return module;
    }

    /// <summary>Adds a part that some models leave out.</summary>
    /// <returns><paramref name="module"/>.</returns>
    protected T? OptionalChild<T>(T? module)
        where T : Module => module is null ? null : Child(module);

    /// <summary>Frees what this module holds.</summary>
    protected virtual void Dispose(bool isDisposing)
    {
        foreach (Module child in _children)
        {
            child.Dispose();
        }
    }

    private void SetDropout(RandomStream? random)
    {
        foreach (Module module in Modules())
        {
            module.DropoutRandom = random;
        }
    }
}
