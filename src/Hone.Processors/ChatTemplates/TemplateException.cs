using Hone.Core.Errors;

namespace Hone.Processors.ChatTemplates;

/// <summary>A chat template that cannot be compiled, or that cannot render a conversation.</summary>
public sealed class TemplateException : HoneException
{
    /// <summary>Creates the error.</summary>
    /// <param name="stage">Whether compiling or rendering failed.</param>
    /// <param name="errorClass">The class that the reference engine raises, e.g. <c>UndefinedError</c>.</param>
    /// <param name="detail">What it says.</param>
    /// <param name="line">Line in the template, from 1; 0 if the error has no place in it.</param>
    /// <param name="excerpt">The text of that line.</param>
    /// <param name="source">Name of the template, usually a path.</param>
    /// <param name="fix">What to do.</param>
    /// <param name="inner">The failure this one explains.</param>
    public TemplateException(TemplateStage stage, string errorClass, string detail, int line, string excerpt, string source, string fix, Exception? inner = null)
        : base(
            stage == TemplateStage.Compile ? "The chat template cannot be compiled." : "The chat template cannot render this conversation.",
            line > 0 ? $"{source}:{line}\n       {line,5} | {excerpt}" : source,
            $"{errorClass}: {detail}",
            fix,
            inner)
    {
        Stage = stage;
        ErrorClass = errorClass;
        Detail = detail;
        Line = line;
        Excerpt = excerpt;
    }

    /// <summary>Whether compiling or rendering failed.</summary>
    public TemplateStage Stage { get; }

    /// <summary>The class that the reference engine raises; <c>TemplateError</c> is what the template raised itself with <c>raise_exception</c>.</summary>
    public string ErrorClass { get; }

    /// <summary>What went wrong, in the words of the template where it raised the error itself.</summary>
    public string Detail { get; }

    /// <summary>Line in the template, from 1; 0 if the error has no place in it.</summary>
    public int Line { get; }

    /// <summary>The text of that line, shortened.</summary>
    public string Excerpt { get; }
}
