using System.Net;
using Hone.Models.Checkpoints.Hub;

namespace Hone.Models.Tests.Checkpoints.Hub;

/// <summary>What the hub may answer instead of a file.</summary>
public sealed class HubRefusalTests : HubTestBase
{
    private const string Api = "/api/models/org/name";

    [Theory]
    [InlineData(401, "", true, HubFailure.NotAuthorized)]
    [InlineData(401, "", false, HubFailure.ModelNotFound)]
    [InlineData(401, "RepoNotFound", true, HubFailure.ModelNotFound)]
    [InlineData(401, "GatedRepo", false, HubFailure.Gated)]
    [InlineData(403, "GatedRepo", true, HubFailure.Gated)]
    [InlineData(403, "", true, HubFailure.NotAuthorized)]
    [InlineData(404, "RepoNotFound", true, HubFailure.ModelNotFound)]
    [InlineData(404, "", true, HubFailure.ModelNotFound)]
    [InlineData(404, "RevisionNotFound", true, HubFailure.RevisionNotFound)]
    [InlineData(404, "EntryNotFound", true, HubFailure.FileNotFound)]
    [InlineData(400, "", true, HubFailure.Server)]
    public async Task Pull_Refused_SaysWhyAndWhatToDo(int status, string code, bool hasToken, HubFailure expected)
    {
        Hub.Fail(Api, status, headers: code.Length > 0 ? [("X-Error-Code", code), ("X-Error-Message", "said so")] : []);

        HubException error = await FailAsync(options: hasToken ? Options : Options with { Token = null });

        Assert.Equal(expected, error.Failure);
        Assert.Contains("org/name", error.Where, StringComparison.Ordinal);
        Assert.Contains(status.ToString(), error.Facts, StringComparison.Ordinal);
        Assert.NotEmpty(error.Fix);
        Assert.DoesNotContain(HubStandIn.Token, error.ToString(), StringComparison.Ordinal);
        Assert.Single(Hub.Requests); // asking again would change nothing
    }

    [Fact]
    public async Task Pull_TooManyRequests_WaitsAsLongAsTold()
    {
        Hub.Add("config.json", 10, isLarge: false);
        Hub.Fail(Api, 429, headers: ("Retry-After", "7"));

        await PullAsync();

        Assert.Equal(TimeSpan.FromSeconds(7), Assert.Single(Waits));
        Assert.Contains(Events, e => e.Event == HubEvent.Retrying && e.Detail.Contains("429", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pull_ServerErrors_AreTriedAgainLaterAndLater()
    {
        Hub.Add("config.json", 10, isLarge: false);
        Hub.Fail(Api, 503, times: 3);

        await PullAsync();

        TimeSpan[] waits = [.. Waits];
        Assert.Equal(3, waits.Length);
        Assert.InRange(waits[0].TotalSeconds, 0.25, 0.5);
        Assert.InRange(waits[2].TotalSeconds, 1, 2);
    }

    [Theory]
    [InlineData(503, HubFailure.Server)]
    [InlineData(429, HubFailure.RateLimited)]
    public async Task Pull_ErrorsWithoutEnd_GiveUp(int status, HubFailure expected)
    {
        Hub.Fail(Api, status, times: 10);

        HubException error = await FailAsync();

        Assert.Equal(expected, error.Failure);
        Assert.Equal(4, Hub.Requests.Count);
    }

    [Fact]
    public async Task Pull_NoHub_SaysSo()
    {
        Hub.Dispose();

        Assert.Equal(HubFailure.Connection, (await FailAsync()).Failure);
    }

    [Fact]
    public async Task Pull_NoHubButACachedModel_UsesItAndWarns()
    {
        Hub.Add("config.json", 10, isLarge: false);
        HubSnapshot before = await PullAsync();
        Hub.Dispose();

        HubSnapshot after = await PullAsync();

        Assert.Equal(before.Folder, after.Folder);
        Assert.Contains(Events, e => e.Event == HubEvent.Warning);
    }

    [Fact]
    public async Task Pull_Offline_UsesTheCacheAlone()
    {
        Hub.Add("config.json", 10, isLarge: false);
        HubSnapshot before = await PullAsync();
        int requests = Hub.Requests.Count;
        HubOptions offline = Options with { IsOffline = true };

        HubSnapshot after = await PullAsync(options: offline);
        HubException missing = await FailAsync("other", options: offline);

        Assert.Equal(before.Folder, after.Folder);
        Assert.Equal(HubFailure.Offline, missing.Failure);
        Assert.Equal(requests, Hub.Requests.Count);
    }

    [Fact]
    public async Task Pull_RenamedModel_FollowsTheHub()
    {
        Hub.Add("config.json", 10, isLarge: false);
        Hub.Model = "new/name";
        Redirect("/api/models/org/name", "/api/models/new/name/revision/main?blobs=true");
        Redirect("/org/name/resolve", $"/new/name/resolve/{HubStandIn.Commit}/config.json");

        HubSnapshot snapshot = await PullAsync();

        Assert.True(File.Exists(Path.Combine(snapshot.Folder, "config.json")));
    }

    [Fact]
    public async Task Pull_RedirectsInACircle_AreRefused()
    {
        for (int i = 0; i < 20; i++)
        {
            Redirect(Api, Api + "/revision/main");
        }

        Assert.Equal(HubFailure.Server, (await FailAsync()).Failure);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("{\"sha\": \"../../x\", \"siblings\": []}")]
    [InlineData("{\"sha\": \"0123456789abcdef0123456789abcdef01234567\"}")]
    [InlineData("{\"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"siblings\": [{}]}")]
    public async Task Pull_AnswerWithoutSense_IsRefused(string answer)
    {
        Hub.Fail(Api, context =>
        {
            context.Response.OutputStream.Write(System.Text.Encoding.UTF8.GetBytes(answer));
            context.Response.Close();
            return true;
        });

        Assert.Equal(HubFailure.Server, (await FailAsync()).Failure);
    }

    private void Redirect(string path, string location) => Hub.Fail(path, context =>
    {
        context.Response.StatusCode = (int)HttpStatusCode.TemporaryRedirect;
        context.Response.Headers["Location"] = location;
        context.Response.Close();
        return true;
    });
}
