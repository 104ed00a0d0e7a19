using System.Diagnostics.CodeAnalysis;
using Hone.Processors.ChatTemplates.Jinja.Python;

namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>The result of looking up what does not exist: prints as nothing, is false and empty, and raises when used otherwise.</summary>
internal sealed class Undefined
{
    private readonly string? _hint;
    private readonly object? _owner;
    private readonly object? _name;
    private readonly string _errorClass;

    private Undefined(string? hint, object? owner, object? name, string errorClass)
    {
        _hint = hint;
        _owner = owner;
        _name = name;
        _errorClass = errorClass;
    }

    public static Undefined Variable(string name) => new(null, Missing.Value, name, "UndefinedError");

    public static Undefined Of(object? owner, object? name) => new(null, owner, name, "UndefinedError");

    public static Undefined WithHint(string hint) => new(hint, Missing.Value, null, "UndefinedError");

    public static Undefined Unsafe(object? owner, string attribute) =>
        new($"access to attribute {PythonRepr.Of(attribute)} of {PythonRepr.Of(PythonTypes.NameOf(owner))} object is unsafe.", owner, attribute, "SecurityError");

    /// <summary>What an error about this value says.</summary>
    public string Message
    {
        get
        {
            if (_hint is not null)
            {
                return _hint;
            }

            if (ReferenceEquals(_owner, Missing.Value))
            {
                return $"{PythonRepr.Of(_name)} is undefined";
            }

            string owner = _owner is null ? "None" : PythonTypes.NameOf(_owner) + " object";
            return _name is string ? $"{PythonRepr.Of(owner)} has no attribute {PythonRepr.Of(_name)}" : $"{owner} has no element {PythonRepr.Of(_name)}";
        }
    }

    [DoesNotReturn]
    public void Fail() => throw new PythonException(_errorClass, Message);
}
