using System.Reflection;
using Hone.Core.Errors;
using Hone.Core.Recipes;
using Hone.Core.Registry;
using Hone.Core.Stages;
using Hone.Core.Tests.Recipes;

namespace Hone.Core.Tests.Registry;

public sealed class PartRegistryTests
{
    private static PartRegistry Create() => new(() => [typeof(Stage).Assembly, typeof(PartRegistryTests).Assembly]);

    [Fact]
    public void Constructor_NoLookup_DoesNotScan()
    {
        bool scanned = false;
        var registry = new PartRegistry(() =>
        {
            scanned = true;
            return [];
        });

        Assert.False(scanned);
        Assert.Empty(registry.Kinds);
        Assert.True(scanned);
    }

    [Theory]
    [InlineData("optimizer")]
    [InlineData("optimizers")]
    [InlineData("Optimizer")]
    public void Find_SingularOrPlural_FindsThePart(string kind)
    {
        RegisteredPart part = Create().Find(kind, "adamw");

        Assert.Equal(("optimizer", "adamw", typeof(AdamWOptions)), (part.Kind, part.Name, part.Options));
    }

    [Fact]
    public void Find_UnknownName_ListsThreeNearestAndTheCommand()
    {
        var error = Assert.Throws<UnknownPartException>(() => Create().Find("stage", "spilt"));

        Assert.Equal("There is no stage 'spilt'.", error.What);
        Assert.Equal("nearest: split, sample, shuffle", error.Facts);
        Assert.Equal("hone list stage prints all", error.Fix);
    }

    [Fact]
    public void All_UnknownKind_ListsKinds() =>
        Assert.Contains("optimizer", Assert.Throws<UnknownPartException>(() => Create().All("optimiser")).Facts, StringComparison.Ordinal);

    [Fact]
    public void Kinds_DuplicateName_NamesBothTypes()
    {
        var registry = new PartRegistry(() => [new TwinAssembly()]);

        var error = Assert.Throws<HoneException>(() => registry.Kinds);

        Assert.Equal("Two types are registered as stage 'tune'.", error.What);
        Assert.Contains(typeof(TuneStage).FullName!, error.Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void Describe_Part_TakesWordsFromTheXmlDocumentation()
    {
        PartRegistry registry = Create();
        var describer = new PartDescriber(registry, new XmlDocumentation(XmlDocumentation.OpenBeside));

        PartDescription part = describer.Describe(registry.Find("optimizer", "adamw"));

        Assert.Equal("Adam with decoupled weight decay. A second sentence.", part.Summary);
        Assert.Equal("Adam with decoupled weight decay", describer.Headline(registry.Find("optimizer", "adamw")));
        Assert.Equal(["learning_rate", "betas", "eps", "weight_decay"], part.Keys.Select(key => key.Name));
        Assert.Equal(new KeyDescription("learning_rate", "a number", true, "", "greater than 0", "Step size."), part.Keys[0]);
        Assert.Equal(new KeyDescription("betas", "list of a number", false, "[0.9, 0.999]", "exactly 2 items, at least 0 and less than 1", "Decay rates of the moments, below 1."), part.Keys[1]);
    }

    [Fact]
    public void Describe_EveryPartOfCore_HasWordsForItselfAndEachKey()
    {
        var registry = new PartRegistry(() => [typeof(Stage).Assembly]);
        var describer = new PartDescriber(registry, new XmlDocumentation(XmlDocumentation.OpenBeside));
        PartDescription[] parts = [.. registry.Kinds.SelectMany(kind => registry.All(kind)).Select(describer.Describe), describer.DescribeRecipe()];

        Assert.All(parts, part => Assert.NotEmpty(part.Summary));
        Assert.All(parts.SelectMany(part => part.Keys), key => Assert.NotEmpty(key.Summary));
        Assert.True(parts.Length >= 5, $"visited {parts.Length} parts");
    }

    // Answers as if the same type had been compiled into two assemblies.
    private sealed class TwinAssembly : Assembly
    {
        public override Type[] GetTypes() => [typeof(TuneStage), typeof(TuneStage)];
    }
}
