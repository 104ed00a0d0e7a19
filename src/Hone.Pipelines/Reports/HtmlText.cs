namespace Hone.Pipelines.Reports;

/// <summary>HTML whose foreign text is escaped for elements and for quoted attributes alike.</summary>
internal sealed class HtmlText : EscapingText
{
    /// <inheritdoc/>
    public override void AddText(string text)
    {
        foreach (char c in Clean(text))
        {
            switch (c)
            {
                case '&':
                    Builder.Append("&amp;");
                    break;
                case '<':
                    Builder.Append("&lt;");
                    break;
                case '>':
                    Builder.Append("&gt;");
                    break;
                case '"':
                    Builder.Append("&quot;");
                    break;
                case '\'':
                    Builder.Append("&#39;");
                    break;
                default:
                    Builder.Append(c);
                    break;
            }
        }
    }
}
