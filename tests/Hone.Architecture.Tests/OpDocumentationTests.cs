using System.Reflection;
using System.Xml.Linq;

namespace Hone.Architecture.Tests;

public sealed class OpDocumentationTests(ITestOutputHelper output)
{
    private const string OpsFolder = "src/Hone.Tensors/Ops";
    private const string OpAttribute = "OpAttribute";

    [Fact]
    public void Ops_Each_StateFormulaAndSource()
    {
        Gate.Report(output, "ops", Check());
    }

    private static Finding Check()
    {
        Repository repository = Repository.Current;
        if (!repository.Contains(OpsFolder))
        {
            return Finding.Nothing($"{OpsFolder} does not exist yet");
        }

        var finding = new Finding();
        (Project project, Assembly assembly) = Product.Assemblies.Single(item => OpsFolder.StartsWith(item.Project.Folder + "/", StringComparison.Ordinal));
        XmlDocumentation documentation = XmlDocumentation.Of(project);
        foreach (Type type in assembly.GetTypes())
        {
            if (IsOp(type))
            {
                finding.Visit();
                Require(finding, type.FullName ?? type.Name, documentation.Members.Where(member => member.Key == "T:" + type.FullName).Select(member => member.Value));
            }

            const BindingFlags declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
            foreach (string name in type.GetMethods(declared).Where(IsOp).Select(method => method.Name).Distinct())
            {
                finding.Visit();
                Require(finding, $"{type.FullName}.{name}", documentation.Overloads(type, name));
            }
        }

        return finding;
    }

    private static bool IsOp(MemberInfo member) => member.CustomAttributes.Any(attribute => attribute.AttributeType.Name == OpAttribute);

    private static void Require(Finding finding, string op, IEnumerable<XElement> documentation)
    {
        XElement[] found = [.. documentation];
        finding.Require(found.Any(member => XmlDocumentation.Plain(member.Element("summary")).Length > 0), $"{op}: no <summary>");
        finding.Require(found.Any(member => XmlDocumentation.Plain(member.Element("remarks")).Contains('=', StringComparison.Ordinal)), $"{op}: <remarks> states no formula (y = …)");
        finding.Require(found.Any(member => XmlDocumentation.Sources(member).Any()), $"{op}: <remarks> names no 'Source:'");
    }
}
