using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Cli.Rendering;
using Hone.Core.Runs;
using Hone.Models.Adapters;
using Hone.Models.Checkpoints;
using Hone.Models.Checkpoints.Gguf;
using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Cli.Commands;

/// <summary><c>hone convert SOURCE --to gguf|safetensors --out PATH</c>: the same model, or a LoRA adapter, in another file format or element type.</summary>
internal static class ConvertCommand
{
    private static readonly string[] s_formats = ["gguf", "safetensors"];
    private static readonly string[] s_types = ["f32", "bf16", "f16"];

    /// <summary>Files of a model's folder that go with the weights.</summary>
    private static readonly string[] s_companions =
    [
        "generation_config.json", "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "vocab.txt", "chat_template.jinja",
    ];

    public static Command Create(CliHost host)
    {
        var output = new CheckpointOutput();
        var to = new Option<string>("--to") { HelpName = "FORMAT", Description = "gguf (a file) or safetensors (a folder).", Required = true };
        var dtype = new Option<string?>("--dtype") { HelpName = "TYPE", Description = "Type of the matrices: f32, bf16 or f16; as stored when not given, and f32 where a safetensors folder cannot hold blocks." };
        var shard = new Option<long>("--max-shard-mb") { HelpName = "MB", Description = "Largest safetensors file in MB.", DefaultValueFactory = _ => SafetensorsWriter.DefaultMaxShardBytes / 1_000_000 };
        var model = new Option<string?>("--base") { HelpName = "MODEL", Description = "The model that SOURCE is an adapter of: writes a GGUF adapter, which llama.cpp takes with --lora." };
        var command = new Command("convert", "Write a model, or a LoRA adapter, in another file format or element type.") { output.Source, to, output.Out, dtype, shard, model, output.Overwrite, output.Pre, output.NoTokenizer };
        command.SetAction(parse =>
        {
            string format = parse.GetRequiredValue(to);
            WeightTarget? target = parse.GetValue(dtype) is { } name ? CheckpointOutput.TargetOf("--dtype", name, s_types) : null;
            if (!s_formats.Contains(format))
            {
                throw new UsageException($"--to: there is no format '{format}'.", $"Give one of: {string.Join(", ", s_formats)}.");
            }

            if (parse.GetValue(shard) is <= 0 or > int.MaxValue)
            {
                throw new UsageException("--max-shard-mb must be a positive number of megabytes.", "Leave it out for files of up to 5 GB.");
            }

            output.RequireFree(parse);
            if (IsAdapter(parse.GetRequiredValue(output.Source)) || parse.GetValue(model) is not null)
            {
                Option? idle = Array.Find<Option>([dtype, shard, output.Pre, output.NoTokenizer], option => parse.GetResult(option) is { Implicit: false });
                WriteAdapter(host, parse.GetRequiredValue(output.Source), parse.GetValue(model), format, idle, parse.GetRequiredValue(output.Out));
                return ExitCodes.Done;
            }

            using TensorSource source = Checkpoint.Open(ModelArgument.Resolve(host, parse.GetRequiredValue(output.Source)));
            string path = parse.GetRequiredValue(output.Out);
            if (format == "gguf")
            {
                CheckpointOutput.Write(host, "convert", path, output.Plan(parse, source, target), Size(source));
            }
            else
            {
                WriteFolder(host, source, path, target?.DType, parse.GetValue(shard) * 1_000_000);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static bool IsAdapter(string source) => File.Exists(Path.Combine(source, LoraConfig.FileName));

    private static void WriteAdapter(CliHost host, string folder, string? model, string format, Option? idle, string path)
    {
        if (!IsAdapter(folder) || model is null || format != "gguf" || idle is not null)
        {
            throw new UsageException(
                !IsAdapter(folder) ? $"--base goes with an adapter, and '{folder}' holds no {LoraConfig.FileName}."
                    : model is null ? $"'{folder}' is an adapter: its model is needed too."
                    : format != "gguf" ? "An adapter is a safetensors folder already, as PEFT reads it."
                    : $"{idle!.Name} does not go with an adapter, whose tensors are written in f32.", // the last that is left
                "hone convert ADAPTER --to gguf --base MODEL --out adapter.gguf");
        }

        using TensorSource source = Checkpoint.Open(ModelArgument.Resolve(host, model));
        CheckpointOutput.Write(host, "convert", path, AdapterGguf.Plan(folder, source), new FileInfo(Path.Combine(folder, "adapter_model.safetensors")).Length);
    }

    private static long Size(TensorSource source) => source.Entries.Values.Sum(entry => entry.SizeBytes);

    private static void WriteFolder(CliHost host, TensorSource source, string folder, DType? dtype, long maxShardBytes)
    {
        JsonObject config = source.ReadConfig() ?? throw new CheckpointFormatException("A checkpoint without config.json cannot become a model's folder.", source.Location, "no config.json beside the tensors", "Give the model's folder.");
        TensorContent[] tensors = [.. source.Entries.Values.Select(entry => Content(source, entry, dtype))];
        if (dtype is { } type)
        {
            config.Remove("torch_dtype");
            config["dtype"] = type switch { DType.F32 => "float32", DType.BF16 => "bfloat16", _ => "float16" };
        }

        Directory.CreateDirectory(folder);
        var progress = new TensorProgress(host, "convert", tensors);
        IReadOnlyList<string> files = SafetensorsWriter.WriteFolder(host.Files, folder, progress.Watched, maxShardBytes: maxShardBytes);
        progress.Finish();
        AtomicFile.Write(host.Files, Path.Combine(folder, SafetensorsCheckpoint.ConfigFileName), Encoding.UTF8.GetBytes(config.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" }) + "\n"));
        CopyCompanions(host, source, folder);
        CheckpointOutput.WriteSummary(host, folder, tensors, files.Sum(file => new FileInfo(file).Length), Size(source));
    }

    private static void CopyCompanions(CliHost host, TensorSource source, string folder)
    {
        string from = Directory.Exists(source.Location) ? source.Location : Path.GetDirectoryName(Path.GetFullPath(source.Location))!; // a file's full path always has a folder
        string[] present = [.. s_companions.Where(name => File.Exists(Path.Combine(from, name)))];
        if (Path.GetFullPath(from) != Path.GetFullPath(folder))
        {
            foreach (string name in present)
            {
                AtomicFile.Write(host.Files, Path.Combine(folder, name), File.ReadAllBytes(Path.Combine(from, name)));
            }
        }

        if (!present.Contains("tokenizer.json") && !present.Contains("tokenizer.model") && !present.Contains("vocab.txt"))
        {
            host.Error.WriteLine("note: there are no tokenizer files beside the source; the folder is written without any. Copy the original model's into it.");
        }
    }

    private static TensorContent Content(TensorSource source, TensorEntry entry, DType? dtype)
    {
        DType stored = entry.DType ?? (entry.Format is not null ? DType.F32 : throw new CheckpointFormatException("A tensor has a type that cannot be read.", $"{entry.Name} in {entry.File}", $"{entry.StoredType} {entry.Shape}", "Convert the model with the tool that made it."));
        DType wanted = dtype is { } given && stored.IsFloatingPoint ? given : stored;
        return new TensorContent(entry.Name, entry.Shape, wanted, null, () => [Read(source, entry, wanted)]);
    }

    private static Tensor Read(TensorSource source, TensorEntry entry, DType dtype)
    {
        if (entry.Format is null)
        {
            Tensor stored = source.Load(entry.Name);
            if (stored.DType == dtype)
            {
                return stored;
            }

            using (stored)
            {
                return Ops.Cast(stored, dtype);
            }
        }

        using QuantizedMatrix blocks = source.LoadBlocks(entry.Name);
        Tensor dense = blocks.Dequantize();
        if (dense.DType == dtype)
        {
            return dense;
        }

        using (dense)
        {
            return Ops.Cast(dense, dtype);
        }
    }
}
