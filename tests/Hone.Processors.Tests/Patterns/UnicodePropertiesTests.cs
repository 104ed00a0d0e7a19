using System.Globalization;
using Hone.Processors.Patterns;

namespace Hone.Processors.Tests.Patterns;

public sealed class UnicodePropertiesTests
{
    [Fact]
    public void CategoryRanges_CoverEveryCodePoint()
    {
        int next = 0;
        foreach ((int first, int end, UnicodeCategory category) in UnicodeProperties.CategoryRanges)
        {
            Assert.Equal(next, first);
            for (; next < end; next++)
            {
                if (CharUnicodeInfo.GetUnicodeCategory(next) != category)
                {
                    Assert.Fail($"U+{next:X4} is {CharUnicodeInfo.GetUnicodeCategory(next)}, not {category}");
                }
            }
        }

        Assert.Equal(0x110000, next);
    }

    [Theory]
    [InlineData("Han", '漢', 'か')]
    [InlineData("hira gana", 'か', 'カ')]
    [InlineData("Kana", 'カ', 'か')]
    [InlineData("Latn", 'é', 'я')]
    [InlineData("Uppercase_Letter", 'Ä', 'ä')]
    [InlineData("L", 'ª', '1')]
    [InlineData("LC", 'ǅ', 'ʰ')]
    [InlineData("Alphabetic", 'Ⅷ', '½')]
    [InlineData("White_Space", '\u3000', '\u200B')]
    [InlineData("Common", '1', 'a')]
    [InlineData("Unknown", '\u0378', 'a')]
    [InlineData("PosixPunct", '+', 'a')]
    public void Find_OfAnySpelling_FindsTheSet(string name, char inside, char outside)
    {
        CodePointSet? set = UnicodeProperties.Find(name);

        Assert.NotNull(set);
        Assert.True(set.Contains(inside));
        Assert.False(set.Contains(outside));
    }
}
