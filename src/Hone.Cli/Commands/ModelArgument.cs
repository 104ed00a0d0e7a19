using Hone.Cli.Rendering;
using Hone.Models.Checkpoints.Hub;

namespace Hone.Cli.Commands;

/// <summary>What a user writes for a model: a folder, a file, or a model of the hub.</summary>
internal static class ModelArgument
{
    /// <summary>The path of a model; one of the hub is taken from its cache, and fetched first if need be.</summary>
    /// <param name="host">The surroundings.</param>
    /// <param name="model">A path, or <c>ORG/NAME</c> or <c>ORG/NAME@REVISION</c>.</param>
    /// <exception cref="HubException">The text names a model of the hub that cannot be had.</exception>
    public static string Resolve(CliHost host, string model)
    {
        if (File.Exists(model) || Directory.Exists(model) || !HubModelName.LooksLikeOne(model))
        {
            return model;
        }

        (HubModelName name, string revision) = HubModelName.Parse(model);
        try
        {
            return Pull(host, name, revision, HubFileFilter.Needed).Folder;
        }
        catch (HubException e) when (e.Failure is HubFailure.ModelNotFound or HubFailure.Offline)
        {
            throw new HubException(e.Failure, $"There is no folder or file '{model}'. {e.What}", e.Where, e.Facts, e.Fix, e);
        }
        catch (HubException e) when (e.Failure is HubFailure.FileNotFound && e.Fix.Contains("--include", StringComparison.Ordinal))
        {
            throw new HubException(e.Failure, e.What, e.Where, e.Facts, $"run hone pull {model} --include FILE, and give the file below the folder that it prints", e);
        }
    }

    /// <summary>Brings files of a model into the cache, with progress on standard error.</summary>
    public static HubSnapshot Pull(CliHost host, HubModelName name, string revision, HubFileFilter filter, int? parallel = null)
    {
        HubOptions options = HubOptions.FromEnvironment(host.Environment);
        options = parallel is { } files ? options with { MaxParallel = files } : options;
        var progress = new TransferProgress(host);
        using HttpClient http = HubClient.CreateHttp();
        var downloader = new HubDownloader(new HubClient(http, options, host.Time), new HubCache(options.CacheFolder, host.Files, host.Time), progress.Show);
        HubSnapshot snapshot = downloader.PullAsync(name, revision, filter, host.Cancellation).GetAwaiter().GetResult(); // a command waits for its work
        progress.Finish();
        return snapshot;
    }
}
