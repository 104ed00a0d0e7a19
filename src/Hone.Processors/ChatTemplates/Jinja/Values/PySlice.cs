namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>The bounds of <c>x[start:stop:step]</c>; null where one is left out.</summary>
internal sealed class PySlice(object? start, object? stop, object? step)
{
    public object? Start { get; } = start;

    public object? Stop { get; } = stop;

    public object? Step { get; } = step;
}
