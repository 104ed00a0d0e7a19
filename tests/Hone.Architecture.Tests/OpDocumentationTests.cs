using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Hone.Architecture.Tests;

public sealed partial class OpDocumentationTests(ITestOutputHelper output)
{
    private const string OpsFolder = "src/Hone.Tensors/Ops/";
    private const string OpsClass = "Hone.Tensors.Ops";

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
        Type ops = assembly.GetType(OpsClass, throwOnError: true)!; // throws rather than returning null

        // What a caller sees of an op is its methods in the class Ops; the definition beside them carries the attribute.
        foreach (string file in repository.Files.Where(file => file.StartsWith(OpsFolder, StringComparison.Ordinal) && OpMark().IsMatch(repository.Text(file))))
        {
            string[] methods = [.. PublicMethod().Matches(repository.Text(file)).Select(match => match.Groups["name"].Value).Distinct().Where(name => ops.GetMember(name).Length > 0)];
            finding.Require(methods.Length > 0, $"{file}: has an [Op] but no public method of {OpsClass}");
            foreach (string method in methods)
            {
                finding.Visit();
                Require(finding, $"{file}: {method}", documentation.Overloads(ops, method));
            }
        }

        return finding;
    }

    private static void Require(Finding finding, string op, IEnumerable<XElement> documentation)
    {
        XElement[] found = [.. documentation];
        finding.Require(found.Any(member => XmlDocumentation.Plain(member.Element("summary")).Length > 0), $"{op}: no <summary>");
        finding.Require(found.Any(member => XmlDocumentation.Plain(member.Element("remarks")).Contains('=', StringComparison.Ordinal)), $"{op}: <remarks> states no formula (y = …)");
        finding.Require(found.Any(member => XmlDocumentation.Sources(member).Any()), $"{op}: <remarks> names no 'Source:'");
    }

    [GeneratedRegex(@"^\s*\[Op\(", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OpMark();

    [GeneratedRegex(@"^    public static (?!partial\b)[\w<>\[\]?., ()]+? (?<name>\w+)(<\w+>)?\(", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PublicMethod();
}
