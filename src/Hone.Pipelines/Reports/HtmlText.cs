namespace Hone.Pipelines.Reports;

/// <summary>HTML whose foreign text is escaped for elements and for quoted attributes alike.</summary>
internal sealed class HtmlText : EscapingText
{
    /// <inheritdoc/>
    protected override string? Escape(char c) => c switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&#39;",
        _ => null,
    };
}
