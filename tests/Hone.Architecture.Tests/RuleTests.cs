namespace Hone.Architecture.Tests;

public sealed class RuleTests(ITestOutputHelper output)
{
    public static TheoryData<string> RuleNames() => [.. Rule.All.Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void Repository_AsItIs_KeepsTheRule(string name)
    {
        Rule rule = Rule.All.Single(rule => rule.Name == name);

        Gate.Report(output, rule.Items, rule.Check(Repository.Current));
    }
}
