using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hone.Models.Checkpoints.Hub;

namespace Hone.Models.Tests.Checkpoints.Hub;

public sealed class HubPushTests : HubTestBase
{
    private const string Batch = "/org/name.git/info/lfs/objects/batch";
    private const string CommitPath = "/api/models/org/name/commit/main";
    private readonly byte[] _weights = new byte[100_000];
    private string _asked = "";

    public HubPushTests()
    {
        _weights.AsSpan().Fill(5);
        Directory.CreateDirectory(Path.Combine(Folder, "sub"));
        Directory.CreateDirectory(Path.Combine(Folder, ".git"));
        File.WriteAllText(Path.Combine(Folder, "config.json"), "{\"é\": 1}");
        File.WriteAllText(Path.Combine(Folder, "sub", "notes.txt"), "");
        File.WriteAllText(Path.Combine(Folder, ".git", "HEAD"), "x");
        File.WriteAllBytes(Path.Combine(Folder, "model.safetensors"), _weights);
        Hub.Posts["/api/repos/create"] = _ => new { url = "x" };
        Hub.Posts["/api/models/org/name/preupload/main"] = body =>
        {
            _asked = body;
            return new
            {
                files = JsonDocument.Parse(body).RootElement.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("path").GetString()!)
                    .Select(path => new { path, uploadMode = path.EndsWith(".safetensors", StringComparison.Ordinal) ? "lfs" : "regular", shouldIgnore = false }),
            };
        };
        Hub.Posts[Batch] = _ => Answer(new { upload = new { href = Store("basic"), header = new Dictionary<string, string> { ["X-Signed"] = "yes" } } });
        Hub.Posts["/basic"] = _ => new { };
        Hub.Posts[CommitPath] = _ => new { commitOid = "c0ffee", commitUrl = "https://example.com/commit/c0ffee" };
    }

    private string Folder => Path.Combine(Scratch, "model");

    private string WeightsHash => Convert.ToHexStringLower(SHA256.HashData(_weights));

    [Fact]
    public async Task Push_Folder_SendsLargeFilesToTheStoreAndCommitsTheRest()
    {
        HubCommit commit = await PushAsync();

        Assert.Equal(("c0ffee", "https://example.com/commit/c0ffee", 3), (commit.Commit, commit.Address, commit.Files));
        Assert.Equal(_weights, Hub.Received["/basic"]);
        JsonElement[] lines = [.. Encoding.UTF8.GetString(Hub.Received[CommitPath]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["header", "file", "lfsFile", "file"], lines.Select(line => line.GetProperty("key").GetString()!));
        Assert.Equal("Say \"hi\"", lines[0].GetProperty("value").GetProperty("summary").GetString());
        Assert.Equal("{\"é\": 1}", Encoding.UTF8.GetString(lines[1].GetProperty("value").GetProperty("content").GetBytesFromBase64()));
        Assert.Equal(WeightsHash, lines[2].GetProperty("value").GetProperty("oid").GetString());
        Assert.Equal("sub/notes.txt", lines[3].GetProperty("value").GetProperty("path").GetString());
        Assert.DoesNotContain("HEAD", _asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_Store_NeverSeesTheToken()
    {
        await PushAsync();

        Assert.All(Hub.To("hub"), request => Assert.Equal("Bearer " + HubStandIn.Token, request.Authorization));
        Assert.Null(Assert.Single(Hub.To("store")).Authorization);
    }

    [Fact]
    public async Task Push_Multipart_SendsPartsInOrderAndCompletes()
    {
        Hub.Posts[Batch] = _ => Answer(new
        {
            upload = new { href = new Uri(Hub.Address, "complete").ToString(), header = new Dictionary<string, string> { ["chunk_size"] = "40000", ["00001"] = Store("part1"), ["00002"] = Store("part2"), ["00003"] = Store("part3") } },
            verify = new { href = new Uri(Hub.Address, "verify").ToString() },
        });
        foreach (string path in (string[])["/part1", "/part2", "/part3", "/complete", "/verify"])
        {
            Hub.Posts[path] = _ => new { };
        }

        await PushAsync();

        Assert.Equal([40000, 40000, 20000], new[] { "/part1", "/part2", "/part3" }.Select(part => Hub.Received[part].Length));
        JsonElement completion = JsonDocument.Parse(Hub.Received["/complete"]).RootElement;
        Assert.Equal(["\"etag-of-part1\"", "\"etag-of-part2\"", "\"etag-of-part3\""], completion.GetProperty("parts").EnumerateArray().Select(part => part.GetProperty("etag").GetString()!));
        Assert.Equal(WeightsHash, JsonDocument.Parse(Hub.Received["/verify"]).RootElement.GetProperty("oid").GetString());
    }

    [Fact]
    public async Task Push_ContentThatTheStoreHas_IsNotSentAgain()
    {
        Hub.Posts[Batch] = _ => new { objects = new[] { new { oid = WeightsHash, size = _weights.Length } } };

        await PushAsync();

        Assert.Empty(Hub.To("store"));
        Assert.Contains(Events, e => e.Event == HubEvent.Present && e.File == "model.safetensors");
    }

    [Fact]
    public async Task Push_StoreThatFailsOnce_GetsTheWholePartAgain()
    {
        Hub.Fail("/basic", 503);

        await PushAsync();

        Assert.Equal(2, Hub.To("store PUT").Count());
        Assert.Equal(_weights, Hub.Received["/basic"]);
    }

    [Fact]
    public async Task Push_ModelThatExists_IsCommittedTo()
    {
        Hub.Fail("/api/repos/create", 409);

        Assert.Equal("c0ffee", (await PushAsync()).Commit);
    }

    [Fact]
    public async Task Push_TokenThatMayNotCreate_IsAnErrorUnlessTheModelExists()
    {
        Hub.Fail("/api/repos/create", 403, times: 2);
        Assert.Equal("c0ffee", (await PushAsync()).Commit); // the stand-in knows the model

        Hub.Model = "other/model";
        HubException error = await Assert.ThrowsAsync<HubException>(() => PushAsync());

        Assert.Equal(HubFailure.NotAuthorized, error.Failure);
    }

    [Fact]
    public async Task Push_WithoutToken_IsRefusedAtOnce()
    {
        HubException error = await Assert.ThrowsAsync<HubException>(() => PushAsync(Options with { Token = null }));

        Assert.Equal(HubFailure.NotAuthorized, error.Failure);
        Assert.Empty(Hub.Requests);
    }

    [Fact]
    public async Task Push_Patterns_ChooseTheFiles()
    {
        HubCommit commit = await PushAsync(filter: new HubFileFilter { Include = ["*"], Exclude = ["*.safetensors", "sub/"] });

        Assert.Equal(1, commit.Files);
    }

    private Task<HubCommit> PushAsync(HubOptions? options = null, HubFileFilter? filter = null) =>
        new HubUploader(Client(options), Events.Enqueue).PushAsync(Folder, Model, new HubPushSettings { Message = "Say \"hi\"", Filter = filter ?? HubFileFilter.All });

    private string Store(string path) => new Uri(Hub.StoreAddress, path).ToString();

    private object Answer(object actions) => new { transfer = "basic", objects = new[] { new { oid = WeightsHash, size = _weights.Length, actions } } };
}
