using System.CommandLine;
using Hone.Cli.Rendering;
using Hone.Models.Checkpoints.Hub;

namespace Hone.Cli.Commands;

/// <summary><c>hone push FOLDER ORG/NAME</c>: sends a folder to a model of the hub.</summary>
internal static class PushCommand
{
    public static Command Create(CliHost host)
    {
        var folder = new Argument<string>("folder") { HelpName = "FOLDER", Description = "The folder to send." };
        var model = new Argument<string>("model") { HelpName = "ORG/NAME[@BRANCH]", Description = "The model on the hub; it is created if need be." };
        var message = new Option<string?>("--message") { HelpName = "TEXT", Description = "Message of the commit." };
        var isPrivate = new Option<bool>("--private") { Description = "Make a model that is created private." };
        var include = new Option<string[]>("--include") { HelpName = "PATTERN", Description = "Files to send; all if not given." };
        var exclude = new Option<string[]>("--exclude") { HelpName = "PATTERN", Description = "Files to leave out; may be given several times." };
        Option<bool> json = RunCommand.CreateJsonOption("Print one JSON object with the commit and its address.");
        var command = new Command("push", "Send a folder to a model of the hub as one commit; needs HF_TOKEN.") { folder, model, message, isPrivate, include, exclude, json };
        command.SetAction(parse =>
        {
            (HubModelName name, string revision) = HubModelName.Parse(parse.GetRequiredValue(model));
            var settings = new HubPushSettings
            {
                Revision = revision,
                IsPrivate = parse.GetValue(isPrivate),
                Filter = new HubFileFilter { Include = parse.GetValue(include) ?? [], Exclude = parse.GetValue(exclude) ?? [] },
            };
            settings = parse.GetValue(message) is { } text ? settings with { Message = text } : settings;
            var progress = new TransferProgress(host);
            using HttpClient http = HubClient.CreateHttp();
            var client = new HubClient(http, HubOptions.FromEnvironment(host.Environment), host.Time);
            HubCommit commit = new HubUploader(client, progress.Show).PushAsync(parse.GetRequiredValue(folder), name, settings, host.Cancellation).GetAwaiter().GetResult(); // a command waits for its work
            progress.Finish();
            host.Out.WriteLine(parse.GetValue(json) ? Json(name, commit) : commit.Address);
            return ExitCodes.Done;
        });
        return command;
    }

    private static string Json(HubModelName name, HubCommit commit) => JsonLine.Write(json =>
    {
        json.WriteString("model", name.Id);
        json.WriteString("commit", commit.Commit);
        json.WriteString("address", commit.Address);
        json.WriteNumber("files", commit.Files);
    });
}
