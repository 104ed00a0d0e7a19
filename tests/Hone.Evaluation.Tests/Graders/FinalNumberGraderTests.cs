using System.Text;
using Hone.Evaluation.Graders;

namespace Hone.Evaluation.Tests.Graders;

public sealed class FinalNumberGraderTests
{
    private static readonly FinalNumberGrader s_grader = new();

    [Theory]
    [InlineData("12", "12")]
    [InlineData("The answer is 12.", "12")]
    [InlineData("3 + 4 = 7, so 7 apples", "7")]
    [InlineData("#### 1,234", "1234")]
    [InlineData("#### 1234 dollars\nthat is 5 too many", "1234")]
    [InlineData("first #### 1\nthen #### 2", "2")]
    [InlineData("\\boxed{42} is it, after 17 steps", "42")]
    [InlineData("\\boxed{\\frac{3}{4}}", "0.75")]
    [InlineData("\\boxed{\\text{about } {12}} and 5", "12")]
    [InlineData("\\boxed{7} #### 8", "8")]
    [InlineData("#### 8 \\boxed{7}", "7")]
    [InlineData("#### none, but 6", "6")]
    [InlineData("####\n9", "9")]
    [InlineData("it costs $1,234.50", "2469/2")]
    [InlineData("1{,}234{,}567", "1234567")]
    [InlineData("1\\,234", "1234")]
    [InlineData("1,\\!234", "1234")]
    [InlineData("1,2,3", "3")]
    [InlineData("1,23", "23")]
    [InlineData("1234,567", "567")]
    [InlineData("-5", "-5")]
    [InlineData("\u22125", "-5")]
    [InlineData("-$5", "-5")]
    [InlineData("$-5", "-5")]
    [InlineData("10-3", "3")]
    [InlineData("x = -3", "-3")]
    [InlineData("(2)-3", "3")]
    [InlineData("10 - 3", "3")]
    [InlineData(".5", "1/2")]
    [InlineData("0.50", "1/2")]
    [InlineData("3.", "3")]
    [InlineData("007", "7")]
    [InlineData("50%", "50")]
    [InlineData("3/4", "0.75")]
    [InlineData("-3/4", "-0.75")]
    [InlineData("6/8 of it", "3/4")]
    [InlineData("1 1/2 cups", "1.5")]
    [InlineData("1 3/2", "3/2")]
    [InlineData("\\dfrac{-1}{2}", "-0.5")]
    [InlineData("\\frac12", "0.5")]
    [InlineData("-\\frac{1}{2}", "-0.5")]
    [InlineData("on 3/4/2020", "2020")]
    [InlineData("5/0", "0")]
    [InlineData("1/3", "2/6")]
    public void Grade_TheSameNumber_IsRight(string output, string reference)
    {
        Grade grade = s_grader.Grade(output, reference);

        Assert.True(grade.Score == 1, grade.Why);
        Assert.NotNull(grade.Extracted);
    }

    [Theory]
    [InlineData("11", "12", "the last number, 11, is not 12")]
    [InlineData("#### 12.001", "12", "the number behind ####, 12.001, is not 12")]
    [InlineData("\\boxed{1/3}", "0.333", "the number in \\boxed, 1/3, is not 0.333")]
    [InlineData("5", "-5", "the last number, 5, is not -5")]
    public void Grade_AnotherNumber_IsWrongAndSaysWhy(string output, string reference, string why)
    {
        Grade grade = s_grader.Grade(output, reference);

        Assert.Equal(0, grade.Score);
        Assert.Equal(why, grade.Why);
    }

    [Theory]
    [InlineData("")]
    [InlineData("twelve")]
    [InlineData("####")]
    [InlineData("\\boxed{x}")]
    [InlineData("- . , / \\frac{}{} \\frac{1}{0}…")]
    public void Grade_WithoutNumber_IsUnanswered(string output)
    {
        Grade grade = s_grader.Grade(output, "12");

        // \frac{1}{0} is no fraction; its digits are numbers as any others.
        Assert.Equal(output.Contains('0', StringComparison.Ordinal) ? "0" : null, grade.Extracted);
        Assert.Equal(0, grade.Score);
    }

    [Theory]
    [InlineData("16 - 3 - 4 = <<16-3-4=9>>9 eggs\n#### 18", "18")]
    [InlineData("#### 70,000", "70,000")]
    [InlineData("no number", null)]
    public void FindReference_OfASolution_IsItsNumberAsWritten(string text, string? expected) => Assert.Equal(expected, s_grader.FindReference(text));

    [Fact]
    public void Grade_HostileText_EndsInBoundedTime()
    {
        // Each would take hours if the work grew with the square of the length; the test's own limit is the suite's.
        string[] hostile =
        [
            new('9', 5_000_000),
            string.Concat(Enumerable.Repeat("1,", 2_000_000)),
            string.Concat(Enumerable.Repeat("\\boxed{", 1_000_000)),
            string.Concat(Enumerable.Repeat("\\frac{1", 1_000_000)),
            string.Concat(Enumerable.Repeat("####", 1_000_000)),
            string.Concat(Enumerable.Repeat("1/", 2_000_000)),
            string.Concat(Enumerable.Repeat("1 1/2 ", 500_000)),
            new('-', 5_000_000),
            new('.', 5_000_000),
            "\ud800\udfff\ud800 5",
        ];

        Assert.All(hostile, text => Assert.InRange(s_grader.Grade(text, "5").Score, 0, 1));
    }

    [Fact]
    public void Grade_RandomText_NeverThrows()
    {
        const string Alphabet = "0123456789.,-/ \\{}$#\n" + "boxedfrac";
        var random = new Core.Random.RandomStream(7, "texts");
        int graded = 0;
        for (int i = 0; i < 20_000; i++)
        {
            var text = new StringBuilder();
            for (int length = random.NextInt32(40); length > 0; length--)
            {
                text.Append(random.NextInt32(12) switch { 0 => "\\boxed{", 1 => "\\frac{", 2 => "####", _ => Alphabet[random.NextInt32(Alphabet.Length)].ToString() });
            }

            Grade grade = s_grader.Grade(text.ToString(), "5");
            graded++;
            Assert.True(grade.Extracted is null || s_grader.Grade(grade.Extracted, grade.Extracted).Score == 1, text.ToString());
        }

        Assert.Equal(20_000, graded);
    }
}
