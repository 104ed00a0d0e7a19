using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Hone.Architecture.Tests;

/// <summary>The compiler's documentation file of one assembly, looked up by documentation id (<c>T:…</c>, <c>M:…</c>).</summary>
internal sealed partial class XmlDocumentation
{
    private readonly Dictionary<string, XElement> _members;

    private XmlDocumentation(Dictionary<string, XElement> members) => _members = members;

    /// <summary>Every documented member.</summary>
    public IEnumerable<KeyValuePair<string, XElement>> Members => _members;

    /// <summary>Reads the documentation of a product project.</summary>
    public static XmlDocumentation Of(Project project) => Parse(File.ReadAllText(Product.DocumentationOf(project)));

    /// <summary>Reads the text of a documentation file.</summary>
    public static XmlDocumentation Parse(string xml) =>
        new(XDocument.Parse(xml).Descendants("member").ToDictionary(member => member.Attribute("name")?.Value ?? "", StringComparer.Ordinal));

    /// <summary>Plain text of one section of a type's documentation, white space folded; empty if there is none.</summary>
    public string SectionOf(Type type, string section) =>
        _members.TryGetValue("T:" + type.FullName!.Replace('+', '.'), out XElement? member) ? Plain(member.Element(section)) : ""; // a type found by scanning an assembly has a full name

    /// <summary>The documentation of every overload of a method.</summary>
    public IEnumerable<XElement> Overloads(Type type, string method)
    {
        string id = $"M:{type.FullName!.Replace('+', '.')}.{method}"; // a type found by scanning an assembly has a full name
        return _members.Where(member => member.Key == id || member.Key.StartsWith(id + "(", StringComparison.Ordinal) || member.Key.StartsWith(id + "`", StringComparison.Ordinal)).Select(member => member.Value);
    }

    /// <summary>The text of an element with references replaced by the names they refer to.</summary>
    public static string Plain(XElement? element)
    {
        if (element is null)
        {
            return "";
        }

        return WhiteSpace().Replace(Raw(element), " ").Trim();
    }

    private static string Raw(XElement element)
    {
        IEnumerable<string> parts = element.DescendantNodes().Select(node => node switch
        {
            XText text => text.Value,
            XElement { IsEmpty: true } reference => (reference.Attribute("cref") ?? reference.Attribute("name") ?? reference.Attribute("langword"))?.Value.Split('.', ':')[^1] ?? "",
            _ => "",
        });
        return string.Concat(parts);
    }

    /// <summary>What follows each <c>Source:</c> of an element, up to a full stop that ends a line or to the end of the paragraph.</summary>
    public static IEnumerable<string> Sources(XElement element) =>
        from paragraph in element.Descendants().Where(part => part.Name.LocalName is "remarks" or "para" or "summary")
        let own = new XElement(paragraph.Name, paragraph.Nodes().Where(node => node is not XElement { Name.LocalName: "para" or "list" }))
        from Match match in Source().Matches(Raw(own))
        select WhiteSpace().Replace(match.Groups["text"].Value, " ").Trim().TrimEnd('.');

    [GeneratedRegex(@"\s+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex WhiteSpace();

    [GeneratedRegex(@"\bSources?:\s*(?<text>.+?)(?=\.[ \t]*(\n|$)|\s*\bSources?:|\s*\bDeviations?:|$)", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Source();
}
