namespace Hone.Models.Checkpoints;

/// <summary>Opens checkpoints of any kind.</summary>
public static class Checkpoint
{
    /// <summary>Opens what a path stands for: a .gguf or .safetensors file, a list of shards, or a folder with safetensors files or one GGUF file.</summary>
    /// <exception cref="CheckpointFormatException">There is no checkpoint, or it is damaged or incomplete.</exception>
    public static TensorSource Open(string path)
    {
        if (File.Exists(path) && GgufCheckpoint.IsGguf(path))
        {
            return GgufCheckpoint.Open(path);
        }

        if (Directory.Exists(path) && !SafetensorsCheckpoint.IsIn(path) && Directory.GetFiles(path, "*.gguf") is { Length: > 0 } files)
        {
            return files is [string file]
                ? GgufCheckpoint.Open(file)
                : throw new CheckpointFormatException("The folder holds several GGUF files.", path, string.Join(", ", files.Select(Path.GetFileName).Order(StringComparer.Ordinal).Take(6)), "Name one of the files.");
        }

        return SafetensorsCheckpoint.Open(path);
    }
}
