using System.Reflection;

namespace Hone.Architecture.Tests;

public sealed class RegisteredPartTests(ITestOutputHelper output)
{
    private const string BaseAttribute = "Hone.Core.Registry.RegisteredAttribute";

    [Fact]
    public void RegisteredParts_Each_HaveHelpAndATest()
    {
        Gate.Report(output, "registered parts", Check());
    }

    private static Finding Check()
    {
        if (!Product.Assemblies.Any(item => item.Assembly.GetType(BaseAttribute) is not null))
        {
            return Finding.Nothing($"{BaseAttribute} does not exist yet");
        }

        var finding = new Finding();
        Repository repository = Repository.Current;
        string[] tests = [.. repository.Files.Where(IsTestText).Select(repository.Text)];
        foreach ((Project project, Assembly assembly) in Product.Assemblies)
        {
            XmlDocumentation documentation = XmlDocumentation.Of(project);
            foreach (Type type in assembly.GetTypes())
            {
                foreach (Attribute attribute in type.GetCustomAttributes(inherit: false).OfType<Attribute>().Where(IsRegistration))
                {
                    finding.Visit();
                    string name = (string?)attribute.GetType().GetProperty("Name")?.GetValue(attribute) ?? "";
                    Type options = (Type?)attribute.GetType().GetProperty("Options")?.GetValue(attribute) ?? type;
                    finding.Require(
                        documentation.SectionOf(options, "summary").Length > 0,
                        $"{options.FullName}: no <summary>, so `hone help` has nothing to say about '{name}'");
                    finding.Require(
                        tests.Any(text => text.Contains($"\"{name}\"", StringComparison.Ordinal) || text.Contains("type: " + name, StringComparison.Ordinal) || text.Contains(type.Name, StringComparison.Ordinal)),
                        $"{type.FullName}: neither the type nor the name '{name}' occurs in a test");
                }
            }
        }

        return finding;
    }

    private static bool IsTestText(string file) =>
        file.StartsWith("tests/", StringComparison.Ordinal) && !file.StartsWith("tests/Hone.Architecture.Tests/", StringComparison.Ordinal)
        && Path.GetExtension(file) is ".cs" or ".yaml";

    private static bool IsRegistration(Attribute attribute)
    {
        for (Type? type = attribute.GetType(); type is not null; type = type.BaseType)
        {
            if (type.FullName == BaseAttribute)
            {
                return true;
            }
        }

        return false;
    }
}
