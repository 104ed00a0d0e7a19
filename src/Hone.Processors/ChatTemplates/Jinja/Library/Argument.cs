using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Library;

/// <summary>Reads bound arguments as what a function expects.</summary>
internal static class Argument
{
    public static bool IsGiven(object? argument) => !ReferenceEquals(argument, Missing.Value);

    public static object? Or(object? argument, object? fallback) => IsGiven(argument) ? argument : fallback;

    public static bool IsTrue(object? argument, bool fallback = false) => IsGiven(argument) ? PythonOperators.IsTrue(argument) : fallback;

    public static int Int(object? argument, int fallback = 0)
    {
        if (!IsGiven(argument))
        {
            return fallback;
        }

        (argument as Undefined)?.Fail();
        return Integers.ToIndex(argument);
    }

    /// <summary>A text, or a TypeError that names the function.</summary>
    public static string Text(object? argument, string function)
    {
        (argument as Undefined)?.Fail();
        return PythonTypes.TryText(argument, out string text) ? text : throw PythonException.Type($"{function} argument must be str, not {PythonTypes.NameOf(argument)}");
    }
}
