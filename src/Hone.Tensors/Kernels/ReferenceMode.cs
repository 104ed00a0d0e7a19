namespace Hone.Tensors.Kernels;

/// <summary>Switches all fast kernels off on the calling thread, so that every op answers with its reference.</summary>
internal readonly struct ReferenceMode : IDisposable
{
    [ThreadStatic]
    private static int t_depth;

    /// <summary>Whether ops started from this thread must run their reference.</summary>
    public static bool IsOn => t_depth > 0;

    /// <summary>Begins a stretch of reference runs that ends when the result is disposed.</summary>
    public static ReferenceMode Begin()
    {
        t_depth++;
        return default;
    }

    /// <inheritdoc/>
    public void Dispose() => t_depth--;
}
