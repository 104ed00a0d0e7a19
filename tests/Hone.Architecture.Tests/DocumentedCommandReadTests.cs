namespace Hone.Architecture.Tests;

public sealed class DocumentedCommandReadTests
{
    [Fact]
    public void Read_Document_FindsCommandsWithExitCodesAndMarks()
    {
        string[] document =
        [
            "text $ not a command",
            "```console",
            "$ ./hone check a.yaml   # exit 2: the recipe is wrong",
            "a.yaml:1:1: error",
            "```",
            "```csharp",
            "$ neither",
            "```",
            "```sh",
            "# a remark",
            "./hone run a.yaml \\",
            "  --set seed=1 # long: minutes",
            "LEVEL=1 sudo benchmarks/peers/openblas --quick=1",
            "```",
        ];

        IReadOnlyList<DocumentedCommand> commands = DocumentedCommand.Read("a.md", document);

        Assert.Equal(
            [
                new DocumentedCommand("a.md", 3, "./hone check a.yaml", 2, false, "a.yaml:1:1: error\n"),
                new DocumentedCommand("a.md", 11, "./hone run a.yaml --set seed=1", 0, true),
                new DocumentedCommand("a.md", 13, "LEVEL=1 sudo benchmarks/peers/openblas --quick=1", 0, true),
            ],
            commands);
        Assert.Equal("benchmarks/peers/openblas", commands[2].Program);
        Assert.Equal(["--set"], commands[1].Options);
        Assert.Equal(["--quick"], commands[2].Options);
    }

    [Theory]
    [InlineData("one\n  two\nthree\n", null)]
    [InlineData("zero\none\nthree\n", null)]
    [InlineData("three\none\n", "three")]
    [InlineData("one\n", "three")]
    public void MissingFrom_Output_FindsTheLineThatIsNotPrintedInOrder(string said, string? missing)
    {
        var command = new DocumentedCommand("a.md", 1, "./hone", 0, false, "one\n…\nthree\n");

        Assert.Equal(missing, command.MissingFrom(said));
    }
}
