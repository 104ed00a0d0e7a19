namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>The value of a variable that was never set, and of an optional parameter that was not given.</summary>
internal sealed class Missing
{
    public static readonly Missing Value = new();

    private Missing()
    {
    }
}
