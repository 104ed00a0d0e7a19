namespace Hone.Tensors;

/// <summary>Names the module that is running on this thread, so that errors can say where an op failed.</summary>
public readonly struct OpContext : IDisposable
{
    [ThreadStatic]
    private static string? t_path;

    private readonly string? _previous;

    private OpContext(string? previous) => _previous = previous;

    /// <summary>Module path in force, e.g. <c>model.layers.3.mlp</c>; empty outside any module.</summary>
    public static string Path => t_path ?? string.Empty;

    /// <summary>Appends <paramref name="name"/> to the module path until the result is disposed.</summary>
    public static OpContext Enter(string name)
    {
        var previous = new OpContext(t_path);
        t_path = string.IsNullOrEmpty(t_path) ? name : $"{t_path}.{name}";
        return previous;
    }

    /// <inheritdoc/>
    public void Dispose() => t_path = _previous;

    /// <summary>Makes <paramref name="path"/> the module path until the result is disposed; used when a graph node runs again.</summary>
    internal static OpContext Restore(string path)
    {
        var previous = new OpContext(t_path);
        t_path = path;
        return previous;
    }

    /// <summary><c>model.layers.3.mlp (linear)</c>, or the op alone outside any module.</summary>
    internal static string Describe(string op) => Path.Length == 0 ? op : $"{Path} ({op})";
}
