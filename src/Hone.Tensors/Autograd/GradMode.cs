namespace Hone.Tensors.Autograd;

/// <summary>Whether ops on the calling thread record what gradients need.</summary>
public readonly struct GradMode : IDisposable
{
    [ThreadStatic]
    private static bool t_isOff;

    private readonly bool _previous;

    private GradMode(bool previous) => _previous = previous;

    /// <summary>Whether ops record; on unless switched off.</summary>
    public static bool IsOn => !t_isOff;

    /// <summary>Records nothing until the result is disposed: inference, evaluation, optimizer steps.</summary>
    public static GradMode NoGrad() => Set(isOff: true);

    /// <summary>Records again inside a stretch that does not, until the result is disposed.</summary>
    public static GradMode Grad() => Set(isOff: false);

    /// <inheritdoc/>
    public void Dispose() => t_isOff = _previous;

    private static GradMode Set(bool isOff)
    {
        var restore = new GradMode(t_isOff);
        t_isOff = isOff;
        return restore;
    }
}
