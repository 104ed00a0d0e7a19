using Hone.Core.Runs;
using Hone.Models;
using Hone.Tensors;

namespace Hone.Conformance.Tests.TextModels;

/// <summary>Models written again after loading: the same bytes in one file, the same tensors where there were several, and the same settings.</summary>
public sealed class SaveFixtureTests
{
    public static TheoryData<string> Cases => [.. TextModelCase.Of("causal-lm"), .. TextModelCase.Of("encoder"), .. TextModelCase.Of("sequence-classification")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Save_LoadedForTraining_GivesTheSameCheckpoint(string name)
    {
        using var fixture = new TextModelCase(name);
        string folder = Directory.CreateTempSubdirectory("hone-save").FullName;
        try
        {
            using PretrainedModel model = PretrainedModel.Load(fixture.Folder, new LoadOptions { Use = ModelUse.FullTraining });

            model.Save(new PhysicalFileSystem(), folder);

            string single = Path.Combine(fixture.Folder, "model.safetensors");
            if (File.Exists(single))
            {
                Assert.Equal(File.ReadAllBytes(single), File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
            }

            using PretrainedModel again = PretrainedModel.Load(folder);
            Assert.Equal(model.Tensors.Entries.Keys.Order(StringComparer.Ordinal), again.Tensors.Entries.Keys.Order(StringComparer.Ordinal));
            using var scope = TensorScope.Begin("test");
            Assert.All(model.Tensors.Entries.Keys, key => Assert.Equal(model.Tensors.Load(key).ToDoubles(), again.Tensors.Load(key).ToDoubles()));
            foreach (string file in (string[])["config.json", "generation_config.json"])
            {
                Assert.Equal(File.Exists(Path.Combine(fixture.Folder, file)), File.Exists(Path.Combine(folder, file)));
                Assert.True(!File.Exists(Path.Combine(folder, file)) || File.ReadAllBytes(Path.Combine(fixture.Folder, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(folder, file))), $"{file} differs");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
