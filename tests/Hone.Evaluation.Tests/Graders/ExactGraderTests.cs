using Hone.Evaluation.Graders;

namespace Hone.Evaluation.Tests.Graders;

public sealed class ExactGraderTests
{
    [Theory]
    [InlineData("yes", "Yes")]
    [InlineData("  yes. ", "yes")]
    [InlineData("a  b\nc", "a b c")]
    [InlineData("I think so.\n#### Paris", "Paris")]
    public void Grade_TheSameText_IsRight(string output, string reference) => Assert.Equal(1, new ExactGrader().Grade(output, reference).Score);

    [Theory]
    [InlineData("yes, no", "yes")]
    [InlineData("yes!", "yes")]
    [InlineData("", "yes")]
    [InlineData(" . ", "yes")]
    public void Grade_AnotherText_IsWrong(string output, string reference) => Assert.Equal(0, new ExactGrader().Grade(output, reference).Score);

    [Fact]
    public void Grade_Case_CountsWhenAskedTo()
    {
        Grade grade = new ExactGrader { IgnoreCase = false }.Grade("paris", "pAris");

        Assert.Equal(0, grade.Score);
        Assert.Equal("the texts differ from character 2 on", grade.Why);
    }

    [Fact]
    public void Grade_EmptyOutput_IsUnanswered() => Assert.Null(new ExactGrader().Grade(" \n", "yes").Extracted);

    [Theory]
    [InlineData("because.\n#### Paris ", "Paris")]
    [InlineData(" ", null)]
    public void FindReference_IsTheAnswerAlone(string text, string? expected) => Assert.Equal(expected, new ExactGrader().FindReference(text));
}
