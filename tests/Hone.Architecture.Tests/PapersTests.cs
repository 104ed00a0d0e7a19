using System.Text;
using System.Xml.Linq;

namespace Hone.Architecture.Tests;

public sealed class PapersTests(ITestOutputHelper output)
{
    /// <summary>What a remark says of maths that needs no reference.</summary>
    private const string Elementary = "elementary";

    [Fact]
    public void PapersPage_Generated_EqualsTheCheckedInOne()
    {
        var users = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);

        foreach ((Project project, _) in Product.Assemblies)
        {
            foreach ((string id, XElement member) in XmlDocumentation.Of(project).Members)
            {
                foreach (string source in XmlDocumentation.Sources(member).Where(source => source != Elementary))
                {
                    if (!users.TryGetValue(source, out SortedSet<string>? names))
                    {
                        users.Add(source, names = new(StringComparer.Ordinal));
                    }

                    names.Add(id[2..].Split('(')[0].Split('`')[0]);
                }
            }
        }

        output.WriteLine($"visited {users.Count} sources");
        Assert.SkipWhen(users.Count == 0, "no XML documentation names a source yet");
        Gate.CompareText(output, "docs/papers.md", Page(users));
    }

    private static string Page(SortedDictionary<string, SortedSet<string>> users)
    {
        var page = new StringBuilder("# Sources\n\nWhat Hone's methods come from, and the code that implements them. Generated from the `Source:` remarks by `./test --accept`.\n\n| source | used by |\n|---|---|\n");
        foreach ((string source, SortedSet<string> names) in users)
        {
            page.Append($"| {source.Replace("|", "\\|", StringComparison.Ordinal)} | {string.Join("<br>", names.Select(name => $"`{name}`"))} |\n");
        }

        return page.ToString();
    }
}
