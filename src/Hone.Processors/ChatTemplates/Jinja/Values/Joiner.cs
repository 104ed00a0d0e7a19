using Hone.Processors.ChatTemplates.Jinja.Library;

namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>The result of <c>joiner(sep)</c>: nothing at the first call, the separator at every later one.</summary>
internal sealed class Joiner(object? separator) : PyCallable("joiner")
{
    private bool _isUsed;

    public override string TypeName => "Joiner";

    public bool TryAttribute(string name, out object? attribute)
    {
        attribute = name switch
        {
            "sep" => separator,
            "used" => _isUsed,
            _ => Missing.Value,
        };
        return Argument.IsGiven(attribute);
    }

    public override object? Call(RenderState state, CallArguments arguments)
    {
        object? text = _isUsed ? separator : "";
        _isUsed = true;
        return text;
    }
}
