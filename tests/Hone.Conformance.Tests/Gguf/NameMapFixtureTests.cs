using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Core.Runs;
using Hone.Models.Checkpoints;
using Hone.Models.Checkpoints.Gguf;
using Hone.Tensors;

namespace Hone.Conformance.Tests.Gguf;

/// <summary>Names of tensors and settings of each architecture, as gguf-py and transformers map them.</summary>
[ReadsFixture("gguf/name_map")]
public sealed class NameMapFixtureTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public static TheoryData<string> Families => File.Exists(Fixtures.At("gguf", "name_map.json"))
        ? [.. Fixtures.Json("gguf", "name_map.json").EnumerateObject().Where(p => p.Value.TryGetProperty("tensors", out _)).Select(p => p.Name)]
        : [];

    public void Dispose() => File.Delete(_path);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Families))]
    public void Entries_TensorsOfAFile_HaveTheNamesOfTheCheckpoint(string family)
    {
        JsonElement map = Fixtures.Json("gguf", "name_map.json").GetProperty(family);
        List<(string HuggingFace, string Gguf)> names = [.. map.GetProperty("tensors").EnumerateObject()
            .Where(p => p.Value.ValueKind == JsonValueKind.String)
            .SelectMany(p => Layers(p.Name, p.Value.GetString()!))];
        GgufMetadata metadata = new() { ["general.architecture"] = GgufValue.Of(map.GetProperty("gguf_architecture").GetString()!) };
        using var scope = TensorScope.Begin("test");
        GgufWriter.WriteFile(new PhysicalFileSystem(), _path, metadata, [.. names.Select(name => TensorContent.Of(name.Gguf, Tensor.Zeros(DType.F32, 4)))]);

        using GgufCheckpoint checkpoint = GgufCheckpoint.Open(_path);

        Assert.Equal(names.Select(name => name.HuggingFace).Order(StringComparer.Ordinal), checkpoint.Entries.Keys.Order(StringComparer.Ordinal));
        Assert.NotEmpty(names);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Families))]
    public void ReadConfig_SettingsOfAFile_HaveTheNamesOfTheConfig(string family)
    {
        JsonElement root = Fixtures.Json("gguf", "name_map.json");
        JsonElement map = root.GetProperty(family);
        List<(string Gguf, string HuggingFace)> settings = [.. map.GetProperty("config").EnumerateObject().Concat(root.GetProperty("tokenizer").GetProperty("config").EnumerateObject())
            .Where(p => p.Value.ValueKind == JsonValueKind.String)
            .Select(p => (p.Name, p.Value.GetString()!))];
        GgufMetadata metadata = new() { ["general.architecture"] = GgufValue.Of(map.GetProperty("gguf_architecture").GetString()!) };
        for (int i = 0; i < settings.Count; i++)
        {
            bool isFloat = settings[i].Gguf.EndsWith("epsilon", StringComparison.Ordinal) || settings[i].Gguf.EndsWith("freq_base", StringComparison.Ordinal);
            metadata[settings[i].Gguf] = isFloat ? GgufValue.Of(10f + i) : GgufValue.Of((uint)(10 + i));
        }

        GgufWriter.WriteFile(new PhysicalFileSystem(), _path, metadata, []);
        using GgufCheckpoint checkpoint = GgufCheckpoint.Open(_path);

        JsonObject config = checkpoint.ReadConfig();

        for (int i = 0; i < settings.Count; i++)
        {
            Assert.Equal(10.0 + i, Convert.ToDouble(config[settings[i].HuggingFace]!.ToString()));
        }
    }

    private static IEnumerable<(string HuggingFace, string Gguf)> Layers(string huggingFace, string gguf) =>
        huggingFace.Contains("{i}", StringComparison.Ordinal)
            ? new[] { "0", "17" }.Select(layer => (huggingFace.Replace("{i}", layer, StringComparison.Ordinal), gguf.Replace("{i}", layer, StringComparison.Ordinal)))
            : [(huggingFace, gguf)];
}
