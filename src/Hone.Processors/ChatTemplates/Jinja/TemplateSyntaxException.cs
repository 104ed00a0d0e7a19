namespace Hone.Processors.ChatTemplates.Jinja;

/// <summary>A template that cannot be compiled; becomes a <see cref="TemplateException"/>.</summary>
internal sealed class TemplateSyntaxException(string message, int line, string className = "TemplateSyntaxError") : Exception(message)
{
    /// <summary>Line in the template, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>Name of the class in Python.</summary>
    public string ClassName { get; } = className;
}
