using Hone.Models.Checkpoints.Hub;

namespace Hone.Models.Tests.Checkpoints.Hub;

/// <summary>Names, variables and patterns.</summary>
public sealed class HubSettingsTests : HubTestBase
{
    [Theory]
    [InlineData("org/name", "org/name", "main")]
    [InlineData("org/name@v1.0", "org/name", "v1.0")]
    [InlineData("Org-1/na.me_2@refs/pr/7", "Org-1/na.me_2", "refs/pr/7")]
    [InlineData("gpt2", "gpt2", "main")]
    public void Parse_Name_IsSplit(string text, string id, string revision)
    {
        (HubModelName name, string parsed) = HubModelName.Parse(text);

        Assert.Equal((id, revision), (name.Id, parsed));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b/c")]
    [InlineData("../x")]
    [InlineData("a/..")]
    [InlineData("a/b@")]
    [InlineData("a/b@../x")]
    [InlineData("a b/c")]
    [InlineData("-a/b")]
    [InlineData("a--b/c")]
    [InlineData("./model")]
    [InlineData("https://example.com/a")]
    public void Parse_OtherText_IsRefused(string text) => Assert.Equal(HubFailure.BadName, Assert.Throws<HubException>(() => HubModelName.Parse(text)).Failure);

    [Fact]
    public void FromEnvironment_Nothing_IsTheUsersCache()
    {
        HubOptions options = HubOptions.FromEnvironment(new Dictionary<string, string> { ["HOME"] = Scratch }.GetValueOrDefault);

        Assert.Equal(Path.Combine(Scratch, ".cache", "huggingface", "hub"), options.CacheFolder);
        Assert.Equal("huggingface.co", options.Endpoint.Host);
        Assert.Null(options.Token);
        Assert.False(options.IsOffline);
    }

    [Fact]
    public void FromEnvironment_Variables_AreThoseOfTheHub()
    {
        Directory.CreateDirectory(Path.Combine(Scratch, "home"));
        File.WriteAllText(Path.Combine(Scratch, "home", "token"), " hf_file\n");
        var variables = new Dictionary<string, string> { ["HF_HOME"] = Path.Combine(Scratch, "home"), ["HF_ENDPOINT"] = "https://example.com/", ["HF_HUB_OFFLINE"] = "1" };

        HubOptions fromFile = HubOptions.FromEnvironment(variables.GetValueOrDefault);
        variables["HF_TOKEN"] = "hf_variable";
        variables["HF_HUB_CACHE"] = "~/elsewhere";
        variables["HOME"] = Scratch;
        HubOptions fromVariable = HubOptions.FromEnvironment(variables.GetValueOrDefault);

        Assert.Equal(("hf_file", Path.Combine(Scratch, "home", "hub"), true), (fromFile.Token, fromFile.CacheFolder, fromFile.IsOffline));
        Assert.Equal(("hf_variable", Path.Combine(Scratch, "elsewhere")), (fromVariable.Token, fromVariable.CacheFolder));
        Assert.Equal("example.com", fromVariable.Endpoint.Host);
    }

    [Fact]
    public void Select_Default_IsWhatHoneReads()
    {
        string[] chosen = Select(HubFileFilter.Needed, "README.md", "config.json", "tokenizer.json", "merges.txt", "tokenizer.model", "chat_template.jinja", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
            "model.safetensors.index.json", "consolidated.safetensors", "pytorch_model.bin", "original/params.json", "onnx/model.onnx", "1_Pooling/config.json", "2_Dense/model.safetensors", "additional_chat_templates/rag.jinja", "model.Q4_0.gguf");

        Assert.Equal(["config.json", "tokenizer.json", "merges.txt", "tokenizer.model", "chat_template.jinja", "model.safetensors.index.json", "1_Pooling/config.json", "2_Dense/model.safetensors", "additional_chat_templates/rag.jinja",
            "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"], chosen);
    }

    [Fact]
    public void Select_OneGguf_IsTaken() =>
        Assert.Equal(["config.json", "m-00001-of-00002.gguf", "m-00002-of-00002.gguf"], Select(HubFileFilter.Needed, "config.json", "m-00001-of-00002.gguf", "m-00002-of-00002.gguf"));

    [Fact]
    public void Select_SeveralGguf_AsksWhich()
    {
        HubException error = Assert.Throws<HubException>(() => Select(HubFileFilter.Needed, "m.Q4_0.gguf", "m.Q8_0.gguf"));

        Assert.Contains("--include 'm.Q4_0.gguf'", error.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Select_Patterns_MatchFoldersToo() =>
        Assert.Equal(["a/b/c.json"], Select(new HubFileFilter { Include = ["a/", "*.gguf"], Exclude = ["*.txt"] }, "a/b/c.json", "a/d.txt", "e.json"));

    [Fact]
    public void Select_NothingMatches_ListsWhatThereIs() =>
        Assert.Contains("config.json", Assert.Throws<HubException>(() => Select(new HubFileFilter { Include = ["*.gguf"] }, "config.json")).Facts, StringComparison.Ordinal);

    [Fact]
    public void FindSnapshot_CacheOfAnotherTool_IsFound()
    {
        string snapshot = Path.Combine(ModelFolder, "snapshots", HubStandIn.Commit);
        Directory.CreateDirectory(snapshot);
        Directory.CreateDirectory(Path.Combine(ModelFolder, "refs"));
        File.WriteAllText(Path.Combine(ModelFolder, "refs", "main"), HubStandIn.Commit);

        Assert.Equal(snapshot, Cache().FindSnapshot(Model, "main"));
        Assert.Equal(snapshot, Cache().FindSnapshot(Model, HubStandIn.Commit));
        Assert.Null(Cache().FindSnapshot(Model, "v2"));
    }

    private static string[] Select(HubFileFilter filter, params string[] paths) =>
        [.. filter.Select(new HubModelInfo(Model, HubStandIn.Commit, [.. paths.Select(path => new HubFile(path, 1, null))])).Select(file => file.Path)];
}
