using Hone.Processors.ChatTemplates.Jinja.Library;

namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>The result of <c>cycler(…)</c>: gives its items round and round.</summary>
internal sealed class Cycler(object?[] items)
{
    private int _position;

    public bool TryAttribute(string name, out object? attribute)
    {
        attribute = name switch
        {
            "current" => items[_position],
            "items" => new PyTuple(items),
            "pos" => Python.Integers.Box((long)_position),
            "next" => new BuiltinFunction("next", "", (_, _) => Next(), "method"),
            "reset" => new BuiltinFunction("reset", "", (_, _) => Reset(), "method"),
            _ => Missing.Value,
        };
        return Argument.IsGiven(attribute);
    }

    private object? Next()
    {
        object? current = items[_position];
        _position = (_position + 1) % items.Length;
        return current;
    }

    private object? Reset()
    {
        _position = 0;
        return null;
    }
}
