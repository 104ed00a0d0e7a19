using System.CommandLine;
using Hone.Cli.Rendering;
using Hone.Core.Registry;
using Hone.Core.Runs;
using Hone.Models.Checkpoints;
using Hone.Models.Checkpoints.Gguf;
using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Cli.Commands;

/// <summary>What <c>convert</c> and <c>quantize</c> share: their options, planning a GGUF file, writing it and saying what was written.</summary>
internal sealed class CheckpointOutput
{
    /// <summary>The checkpoint to read.</summary>
    public Argument<string> Source { get; } = new("source") { HelpName = "SOURCE", Description = "A model's folder, or a .safetensors or .gguf file." };

    /// <summary>Where to write.</summary>
    public Option<string> Out { get; } = new("--out") { HelpName = "PATH", Description = "File or folder to write; must not exist.", Required = true };

    /// <summary>Whether to replace what is there.</summary>
    public Option<bool> Overwrite { get; } = new("--overwrite") { Description = "Replace PATH if it exists; it stays whole until the new one is complete." };

    /// <summary>Name of the splitting rules.</summary>
    public Option<string?> Pre { get; } = new("--pre") { HelpName = "NAME", Description = "Name by which llama.cpp knows the tokenizer's splitting rules, where they are not recognised." };

    /// <summary>Whether to leave the tokenizer out.</summary>
    public Option<bool> NoTokenizer { get; } = new("--no-tokenizer") { Description = "Write a GGUF file without tokenizer and chat template." };

    /// <summary>Refuses to touch what exists.</summary>
    public void RequireFree(ParseResult parse)
    {
        string path = parse.GetRequiredValue(Out);
        bool exists = File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any());
        if (exists && !parse.GetValue(Overwrite))
        {
            throw new UsageException($"'{path}' exists already.", "Give another path, or --overwrite to replace it.");
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
        {
            throw new UsageException($"The folder of '{path}' does not exist.", $"Create it first: mkdir -p {folder}");
        }
    }

    /// <summary>A target by its name.</summary>
    public static WeightTarget TargetOf(string option, string name, IEnumerable<string> allowed)
    {
        string[] names = [.. allowed];
        return names.Contains(name) && WeightTarget.Find(name) is { } target
            ? target
            : throw new UsageException($"{option}: there is no type '{name}'.", $"Nearest: {string.Join(", ", NearestNames.Rank(name, names))}. All types: {string.Join(", ", names)}.");
    }

    /// <summary>Plans a GGUF file.</summary>
    public GgufPlan Plan(ParseResult parse, TensorSource source, WeightTarget? target)
    {
        if (source is GgufCheckpoint gguf)
        {
            return GgufConversion.Copy(gguf, target);
        }

        System.Text.Json.Nodes.JsonObject config = source.ReadConfig() ?? throw new CheckpointFormatException(
            "A checkpoint without config.json cannot become a GGUF file.", source.Location, "no config.json beside the tensors", "Give the model's folder.");
        string folder = Directory.Exists(source.Location) ? source.Location : Path.GetDirectoryName(Path.GetFullPath(source.Location))!; // a file's full path always has a folder
        GgufMetadata? tokenizer = parse.GetValue(NoTokenizer) ? null : GgufTokenizer.Read(folder, (int?)config["vocab_size"] ?? 0, parse.GetValue(Pre));
        GgufPlan plan = GgufConversion.FromModel(source, config, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), tokenizer, target);
        return tokenizer is not null || parse.GetValue(NoTokenizer) ? plan : plan with { Notices = [.. plan.Notices, "The folder has no tokenizer.json; the file is written without a tokenizer and cannot be used for text."] };
    }

    /// <summary>Writes a GGUF file and says what is in it.</summary>
    public static void Write(CliHost host, string verb, string path, GgufPlan plan, long sourceBytes)
    {
        foreach (string notice in plan.Notices)
        {
            host.Error.WriteLine($"note: {notice}");
        }

        var progress = new TensorProgress(host, verb, plan.Tensors);
        FileDigest digest = GgufWriter.WriteFile(host.Files, path, plan.Metadata, progress.Watched);
        progress.Finish();
        WriteSummary(host, path, plan.Tensors, digest.SizeBytes, sourceBytes);
    }

    /// <summary>Says what was written.</summary>
    public static void WriteSummary(CliHost host, string path, IReadOnlyList<TensorContent> tensors, long bytes, long sourceBytes)
    {
        host.Out.WriteLine($"{path}: {tensors.Count} tensors, {SizeText.Bytes(bytes)} (source {SizeText.Bytes(sourceBytes)})");
        foreach (var group in tensors.GroupBy(tensor => tensor.DType?.Name ?? tensor.Format?.Name ?? "").OrderByDescending(group => group.Sum(tensor => tensor.SizeBytes)))
        {
            string names = string.Join(", ", group.Select(tensor => Kind(tensor.Name)).Distinct(StringComparer.Ordinal).Take(6));
            host.Out.WriteLine($"  {group.Key,-6}{group.Count(),5} tensors {SizeText.Bytes(group.Sum(tensor => tensor.SizeBytes)),9}  {names}");
        }
    }

    private static string Kind(string name) => string.Join('.', name.Split('.').Where(part => part is not ("blk" or "weight" or "model" or "layers") && !part.All(char.IsAsciiDigit)));
}
