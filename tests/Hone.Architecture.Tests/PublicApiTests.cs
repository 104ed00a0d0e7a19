namespace Hone.Architecture.Tests;

public sealed class PublicApiTests(ITestOutputHelper output)
{
    [Fact]
    public void Libraries_AsBuilt_OfferWhatIsCheckedIn()
    {
        int visited = 0;

        foreach ((Project project, System.Reflection.Assembly assembly) in Product.Assemblies.Where(item => item.Project.IsLibrary))
        {
            string text = PublicApiText.Describe(assembly);
            visited += text.Count(character => character == '\n');
            Gate.CompareText(output, project.Folder + "/PublicApi.txt", text);
        }

        output.WriteLine($"visited {visited} public types and members");
        Assert.True(visited > 0, "visited no public member");
    }
}
