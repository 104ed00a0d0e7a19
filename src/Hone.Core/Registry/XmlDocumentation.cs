using System.Reflection;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Hone.Core.Registry;

/// <summary>Reads the XML documentation of options records, so that help texts are written once, in the code.</summary>
/// <param name="open">Opens an assembly's documentation file; <see langword="null"/> if it has none.</param>
public sealed class XmlDocumentation(Func<Assembly, Stream?> open)
{
    private readonly Dictionary<Assembly, Dictionary<string, XElement>> _members = [];

    /// <summary>Opens the documentation file beside an assembly, where the build puts it.</summary>
    public static Stream? OpenBeside(Assembly assembly)
    {
        string path = Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml");
        return File.Exists(path) ? File.OpenRead(path) : null;
    }

    /// <summary>What a type is for; empty if it says nothing.</summary>
    public string Summary(Type type) => Text(Find(type, $"T:{IdOf(type)}"), "summary");

    /// <summary>What else a user of a type should know; empty if it says nothing.</summary>
    public string Remarks(Type type) => Text(Find(type, $"T:{IdOf(type)}"), "remarks");

    /// <summary>What a property is for; empty if it says nothing.</summary>
    public string Summary(PropertyInfo property)
    {
        Type type = property.DeclaringType!; // properties read from a type always have one
        return Text(Find(type, $"P:{IdOf(type)}.{property.Name}"), "summary");
    }

    private static string IdOf(Type type) => (type.FullName ?? type.Name).Replace('+', '.');

    private static string Text(XElement? member, string part)
    {
        var text = new StringBuilder();
        foreach (XNode node in member?.Element(part)?.DescendantNodes() ?? [])
        {
            text.Append(node switch
            {
                XText { Parent.Name.LocalName: "see" } => "",
                XText plain => plain.Value,
                XElement { Name.LocalName: "see" or "paramref" } reference => reference.Value.Length > 0 ? reference.Value : ReferenceName(reference),
                XElement { Name.LocalName: "para" } => " ",
                _ => "",
            });
        }

        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static string ReferenceName(XElement reference)
    {
        string target = (reference.Attribute("cref") ?? reference.Attribute("langword") ?? reference.Attribute("name"))?.Value ?? "";
        string plain = target.Split('(')[0];
        return plain[(plain.LastIndexOfAny(['.', ':']) + 1)..];
    }

    private XElement? Find(Type type, string id)
    {
        if (!_members.TryGetValue(type.Assembly, out Dictionary<string, XElement>? members))
        {
            _members.Add(type.Assembly, members = Load(type.Assembly));
        }

        return members.GetValueOrDefault(id);
    }

    private Dictionary<string, XElement> Load(Assembly assembly)
    {
        using Stream? stream = open(assembly);
        if (stream is null)
        {
            return [];
        }

        using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        return XDocument.Load(reader).Descendants("member").ToDictionary(member => member.Attribute("name")?.Value ?? "", StringComparer.Ordinal);
    }
}
