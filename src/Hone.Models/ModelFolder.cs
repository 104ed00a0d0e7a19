using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hone.Core.Runs;
using Hone.Models.Checkpoints;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>A model's folder as other tools read it: weights, config.json, and the small files beside them.</summary>
internal static partial class ModelFolder
{
    private const string ConfigName = "config.json";

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, IndentSize = 2, NewLine = "\n" };

    /// <summary>The settings of a checkpoint.</summary>
    /// <exception cref="CheckpointFormatException">It has none.</exception>
    public static JsonObject RequireConfig(TensorSource tensors) => tensors.ReadConfig() ?? throw new CheckpointFormatException(
        "The checkpoint has no config.json.", tensors.Location, "without it nobody knows which model the tensors are", "Put the model's config.json beside its tensors.");

    /// <summary>Writes a folder.</summary>
    /// <param name="files">The file operations to use.</param>
    /// <param name="folder">Made when it does not exist.</param>
    /// <param name="contents">The weights.</param>
    /// <param name="origin">The checkpoint that the model came from: its config.json is kept to the byte, its small files are copied.</param>
    /// <param name="config">Its settings.</param>
    /// <param name="dtype">Type that all weights were changed to; null when they were not.</param>
    /// <param name="changes">Settings that differ from the origin's.</param>
    public static void Write(
        IFileSystem files, string folder, IReadOnlyList<TensorContent> contents, TensorSource origin, JsonObject config, DType? dtype, IReadOnlyDictionary<string, JsonNode?>? changes = null)
    {
        Directory.CreateDirectory(folder);
        string? from = FolderOf(origin);
        if (from is not null && Path.GetFullPath(from) == Path.GetFullPath(folder))
        {
            throw new ArgumentException($"'{folder}' is the folder that the model is read from; its files cannot be replaced while they are in use.", nameof(folder));
        }

        IReadOnlyDictionary<string, string>? metadata = origin is SafetensorsCheckpoint { Metadata: { Count: > 0 } kept } ? kept : null;
        SafetensorsWriter.WriteFolder(files, folder, contents, metadata);
        string? original = from is null ? null : Path.Combine(from, ConfigName);
        if (dtype is null && changes is null && original is not null && File.Exists(original))
        {
            AtomicFile.Write(files, Path.Combine(folder, ConfigName), File.ReadAllBytes(original));
        }
        else
        {
            AtomicFile.Write(files, Path.Combine(folder, ConfigName), JsonSerializer.SerializeToUtf8Bytes(Changed(config, dtype, changes), s_indented));
        }

        if (from is not null)
        {
            CopySmallFiles(files, from, folder);
        }
    }

    private static string? FolderOf(TensorSource origin) => origin is not SafetensorsCheckpoint ? null
        : Directory.Exists(origin.Location) ? origin.Location : Path.GetDirectoryName(Path.GetFullPath(origin.Location));

    private static JsonObject Changed(JsonObject config, DType? dtype, IReadOnlyDictionary<string, JsonNode?>? changes)
    {
        JsonObject changed = config.DeepClone().AsObject();
        if (dtype is { } type)
        {
            changed[changed.ContainsKey("torch_dtype") ? "torch_dtype" : "dtype"] = type switch { DType.BF16 => "bfloat16", DType.F16 => "float16", _ => "float32" };
        }

        foreach ((string key, JsonNode? value) in changes ?? new Dictionary<string, JsonNode?>())
        {
            changed[key] = value?.DeepClone();
        }

        return changed;
    }

    /// <summary>Copies tokenizers, templates and settings: what is small and no weight. Sub-folders are those of sentence-transformers.</summary>
    private static void CopySmallFiles(IFileSystem files, string from, string to)
    {
        foreach (string path in Directory.EnumerateFiles(from).Where(path => SmallFile().IsMatch(Path.GetFileName(path)) && Path.GetFileName(path) != ConfigName))
        {
            AtomicFile.Write(files, Path.Combine(to, Path.GetFileName(path)), File.ReadAllBytes(path));
        }

        foreach (string path in Directory.EnumerateDirectories(from).Where(path => ModuleFolder().IsMatch(Path.GetFileName(path)) && File.Exists(Path.Combine(path, ConfigName))))
        {
            string target = Path.Combine(to, Path.GetFileName(path));
            Directory.CreateDirectory(target);
            AtomicFile.Write(files, Path.Combine(target, ConfigName), File.ReadAllBytes(Path.Combine(path, ConfigName)));
        }
    }

    [GeneratedRegex(@"^(?!.*\.index\.json$)(?!adapter_).*\.(json|txt|model|jinja|tiktoken)$", RegexOptions.None, 1000)]
    private static partial Regex SmallFile();

    [GeneratedRegex(@"^\d+_\w+$", RegexOptions.None, 1000)]
    private static partial Regex ModuleFolder();
}
