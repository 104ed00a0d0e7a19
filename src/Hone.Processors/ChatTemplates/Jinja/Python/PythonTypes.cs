using System.Numerics;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Python;

/// <summary>Names of Python's classes for the engine's values.</summary>
/// <remarks>None is null; bool, int, float and str are <see cref="bool"/>, <see cref="long"/> or <see cref="BigInteger"/>, <see cref="double"/> and <see cref="string"/>.</remarks>
internal static class PythonTypes
{
    public static string NameOf(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long or BigInteger => "int",
        double => "float",
        string => "str",
        Markup => "Markup",
        PyList => "list",
        GroupTuple => "_GroupTuple",
        PyTuple => "tuple",
        PyDict => "dict",
        DictView { Part: DictPart.Keys } => "dict_keys",
        DictView { Part: DictPart.Values } => "dict_values",
        DictView => "dict_items",
        PyRange => "range",
        PyBytes => "bytes",
        PySlice => "slice",
        PyIterator iterator => iterator.TypeName,
        Namespace => "Namespace",
        Undefined => "Undefined",
        LoopContext => "LoopContext",
        PyCallable callable => callable.TypeName,
        _ => value.GetType().Name,
    };

    /// <summary>The text of a string or of markup.</summary>
    public static bool TryText(object? value, out string text)
    {
        text = value as string ?? (value as Markup)?.Text ?? "";
        return value is string or Markup;
    }

    /// <summary>Whether the value can be looped over.</summary>
    public static bool IsIterable(object? value) =>
        value is string or Markup or PySequence or PyDict or DictView or PyRange or PyBytes or PyIterator or Undefined or LoopContext;
}
