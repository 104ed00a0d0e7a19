using System.CommandLine;
using Hone.Cli.Rendering;
using Hone.Models.Checkpoints.Hub;

namespace Hone.Cli.Commands;

/// <summary><c>hone pull ORG/NAME</c>: brings a model from the hub into the cache.</summary>
internal static class PullCommand
{
    private const int MaxParallel = 64;

    public static Command Create(CliHost host)
    {
        var model = new Argument<string>("model") { HelpName = "ORG/NAME[@REVISION]", Description = "The model on the hub, at a branch, tag or commit." };
        var include = new Option<string[]>("--include") { HelpName = "PATTERN", Description = "Files to fetch, e.g. '*.gguf'; may be given several times. Without it: safetensors or GGUF weights, settings, tokenizer, templates." };
        var exclude = new Option<string[]>("--exclude") { HelpName = "PATTERN", Description = "Files to leave out; may be given several times." };
        var all = new Option<bool>("--all") { Description = "Fetch every file." };
        var parallel = new Option<int?>("--parallel") { HelpName = "N", Description = "Files to fetch at a time; 8 if not given." };
        Option<bool> json = RunCommand.CreateJsonOption("Print one JSON object with the folder, the commit and the files.");
        parallel.Validators.Add(result =>
        {
            if (!int.TryParse(result.Tokens.Count == 1 ? result.Tokens[0].Value : "", out int files) || files is < 1 or > MaxParallel)
            {
                result.AddError($"--parallel must be a whole number from 1 to {MaxParallel}");
            }
        });
        var command = new Command("pull", "Fetch a model from the hub into the cache that other tools use too; prints its folder.") { model, include, exclude, all, parallel, json };
        command.SetAction(parse =>
        {
            string[] wanted = parse.GetValue(include) ?? [];
            if (parse.GetValue(all) && wanted.Length > 0)
            {
                throw new UsageException("--all and --include contradict each other.", "Give one of them.");
            }

            var filter = new HubFileFilter { Include = parse.GetValue(all) ? ["*"] : wanted, Exclude = parse.GetValue(exclude) ?? [] };
            (HubModelName name, string revision) = HubModelName.Parse(parse.GetRequiredValue(model));
            HubSnapshot snapshot = ModelArgument.Pull(host, name, revision, filter, parse.GetValue(parallel));
            host.Out.WriteLine(parse.GetValue(json) ? Json(name, snapshot) : snapshot.Folder);
            return ExitCodes.Done;
        });
        return command;
    }

    private static string Json(HubModelName name, HubSnapshot snapshot) => JsonLine.Write(json =>
    {
        json.WriteString("model", name.Id);
        json.WriteString("commit", snapshot.Commit);
        json.WriteString("folder", snapshot.Folder);
        json.WriteNumber("fetched_files", snapshot.FetchedFiles);
        json.WriteStartArray("files");
        foreach (string file in snapshot.Files)
        {
            json.WriteStringValue(file);
        }

        json.WriteEndArray();
    });
}
