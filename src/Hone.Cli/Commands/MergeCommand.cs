using System.CommandLine;
using Hone.Cli.Rendering;
using Hone.Core.Runs;
using Hone.Models.Adapters;
using Hone.Tensors;

namespace Hone.Cli.Commands;

/// <summary><c>hone merge MODEL ADAPTER --out DIR</c>: puts an adapter's updates into the weights of its model.</summary>
internal static class MergeCommand
{
    public static Command Create(CliHost host)
    {
        var model = new Argument<string>("model") { HelpName = "MODEL", Description = "The base model: a folder with safetensors files, a .gguf file, or ORG/NAME on the hub." };
        var adapter = new Argument<string>("adapter") { HelpName = "ADAPTER", Description = "A folder with adapter_config.json and adapter_model.safetensors." };
        var target = new Option<string>("--out") { HelpName = "DIR", Description = "Folder to write the merged model to.", Required = true };
        var dtype = new Option<string?>("--dtype") { HelpName = "TYPE", Description = "Type of the weights: f32, bf16 or f16; that of the model if not given (bf16 for quantized ones)." };
        dtype.AcceptOnlyFromAmong("f32", "bf16", "f16");
        Option<bool> json = RunCommand.CreateJsonOption("Print the result as one JSON object.");
        var command = new Command("merge", "Write a model with an adapter merged into its weights.") { model, adapter, target, dtype, json };
        command.SetAction(parse =>
        {
            // All three are required, so the parser has refused a line without them.
            Merge(host, ModelArgument.Resolve(host, parse.GetValue(model)!), parse.GetValue(adapter)!, parse.GetValue(target)!, TypeOf(parse.GetValue(dtype)), parse.GetValue(json));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Merge(CliHost host, string model, string adapter, string target, DType? dtype, bool json)
    {
        int changed = AdapterMerge.Write(new PhysicalFileSystem(), model, adapter, target, dtype);
        host.Out.WriteLine(json
            ? JsonLine.Write(w =>
            {
                w.WriteString("out", target);
                w.WriteNumber("changed", changed);
            })
            : $"{target}  {changed} weights changed");
    }

    private static DType? TypeOf(string? name) => name switch
    {
        "f32" => DType.F32,
        "bf16" => DType.BF16,
        "f16" => DType.F16,
        _ => null,
    };
}
