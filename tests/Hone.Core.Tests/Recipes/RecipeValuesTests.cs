using Hone.Core.Recipes;

namespace Hone.Core.Tests.Recipes;

public sealed class RecipeValuesTests
{
    [Fact]
    public void Read_NestedValues_GivesTheirPaths()
    {
        const string text = """
            name: x
            stages:
              train:
                sources: [a.jsonl, { path: b.jsonl, weight: 2 }]
                adapter: {}
                tags: []
                note: "a: b"
            """;

        Assert.Equal(
            ["name=x", "stages.train.sources[0]=a.jsonl", "stages.train.sources[1].path=b.jsonl", "stages.train.sources[1].weight=2", "stages.train.adapter={}", "stages.train.tags=[]", "stages.train.note=a: b"],
            RecipeValues.Read("r", text).Select(value => $"{value.Key}={value.Value}"));
    }

    [Fact]
    public void Read_EmptyText_HasNoValues() => Assert.Empty(RecipeValues.Read("r", ""));

    [Theory]
    [InlineData("a: [")]
    [InlineData("a: 1\na: 2")]
    public void Read_WhatIsNoRecipe_NamesTheFile(string text) =>
        Assert.Contains("r:", Assert.Throws<RecipeException>(() => RecipeValues.Read("r", text)).Render(), StringComparison.Ordinal);
}
