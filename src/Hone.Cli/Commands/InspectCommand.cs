using System.CommandLine;
using Hone.Cli.Rendering;
using Hone.Models.Checkpoints;

namespace Hone.Cli.Commands;

/// <summary><c>hone inspect PATH</c>: what a checkpoint holds, without loading it.</summary>
internal static class InspectCommand
{
    public static Command Create(CliHost host)
    {
        var path = new Argument<string>("path") { HelpName = "PATH", Description = "A .safetensors or .gguf file, a list of shards, or a model's folder." };
        var tensors = new Option<bool>("--tensors") { Description = "List every tensor instead of one line for all layers." };
        Option<bool> json = RunCommand.CreateJsonOption("Print one JSON object with everything, every tensor included.");
        var command = new Command("inspect", "Show what a checkpoint holds: tensors, types, sizes, metadata, chat template, memory needed.") { path, tensors, json };
        command.SetAction(parse =>
        {
            using TensorSource source = Checkpoint.Open(ModelArgument.Resolve(host, parse.GetRequiredValue(path)));
            var facts = new CheckpointFacts(source);
            if (parse.GetValue(json))
            {
                host.Out.WriteLine(CheckpointJson.Write(facts));
            }
            else
            {
                CheckpointText.Write(facts, parse.GetValue(tensors), host.Out);
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
