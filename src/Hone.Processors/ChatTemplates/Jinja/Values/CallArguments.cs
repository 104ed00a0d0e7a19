namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>The arguments of one call.</summary>
internal readonly struct CallArguments(object?[] positional, PyDict? named = null)
{
    public object?[] Positional { get; } = positional;

    /// <summary>Keyword arguments, or null when there are none.</summary>
    public PyDict? Named { get; } = named;

    /// <summary>The same call with one more argument in front.</summary>
    public CallArguments Prepend(object? first) => new([first, .. Positional], Named);
}
