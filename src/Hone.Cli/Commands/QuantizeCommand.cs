using System.CommandLine;
using Hone.Models.Checkpoints;
using Hone.Models.Checkpoints.Gguf;
using Hone.Tensors.Quantization;

namespace Hone.Cli.Commands;

/// <summary><c>hone quantize SOURCE --type q4_k --out FILE</c>: a GGUF file with weights in blocks.</summary>
internal static class QuantizeCommand
{
    public static Command Create(CliHost host)
    {
        var output = new CheckpointOutput();
        string[] types = [.. Enum.GetValues<BlockFormat>().Where(BlockCodec.CanQuantize).Select(format => format.Name)];
        var type = new Option<string>("--type") { HelpName = "TYPE", Description = $"Type of the matrices: {string.Join(", ", types)}.", Required = true };
        var command = new Command("quantize", "Write a model's weights in 8, 6, 5 or 4 bits as a GGUF file. Vectors stay f32; the head is at least q6_k; rows that are no whole number of blocks take the next larger type.")
        {
            output.Source, type, output.Out, output.Overwrite, output.Pre, output.NoTokenizer,
        };
        command.SetAction(parse =>
        {
            WeightTarget target = CheckpointOutput.TargetOf("--type", parse.GetRequiredValue(type).ToLowerInvariant(), types);
            output.RequireFree(parse);
            using TensorSource source = Checkpoint.Open(ModelArgument.Resolve(host, parse.GetRequiredValue(output.Source)));
            CheckpointOutput.Write(host, "quantize", parse.GetRequiredValue(output.Out), output.Plan(parse, source, target), source.Entries.Values.Sum(entry => entry.SizeBytes));
            return ExitCodes.Done;
        });
        return command;
    }
}
