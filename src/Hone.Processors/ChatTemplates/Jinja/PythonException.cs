namespace Hone.Processors.ChatTemplates.Jinja;

/// <summary>An exception of the reference engine, by the name of its Python class; the renderer adds the place and turns it into a <see cref="TemplateException"/>.</summary>
internal sealed class PythonException(string className, string message) : Exception(message)
{
    /// <summary>Name of the class in Python, e.g. <c>TypeError</c>.</summary>
    public string ClassName { get; } = className;

    public static PythonException Type(string message) => new("TypeError", message);

    public static PythonException Value(string message) => new("ValueError", message);

    public static PythonException Overflow(string message) => new("OverflowError", message);

    public static PythonException ZeroDivision(string message) => new("ZeroDivisionError", message);

    public static PythonException Security(string message) => new("SecurityError", message);

    public static PythonException Runtime(string message) => new("TemplateRuntimeError", message);

    public static PythonException FilterArgument(string message) => new("FilterArgumentError", message);

    public static PythonException Attribute(string message) => new("AttributeError", message);
}
