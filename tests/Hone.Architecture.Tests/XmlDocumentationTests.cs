using System.Xml.Linq;

namespace Hone.Architecture.Tests;

public sealed class XmlDocumentationTests
{
    [Fact]
    public void Sources_Remarks_EndAtALineThatEndsWithAFullStop()
    {
        var member = XElement.Parse("""
            <member><summary>Sums.</summary>
            <remarks>
            y = x / rms(x). Source: Zhang and Sennrich,
            arXiv:1910.07467, eq. 4.
            The backward is dx = dy.
            <para>Source: another paper, <c>section 2</c></para>
            </remarks></member>
            """);

        Assert.Equal(["Zhang and Sennrich, arXiv:1910.07467, eq. 4", "another paper, section 2"], XmlDocumentation.Sources(member));
    }

    [Fact]
    public void Plain_References_BecomeNames()
    {
        var summary = XElement.Parse("""<summary>Of <paramref name="x"/>, see <see cref="T:Hone.Core.Thing"/>:   <c>a</c></summary>""");

        Assert.Equal("Of x, see Thing: a", XmlDocumentation.Plain(summary));
    }
}
