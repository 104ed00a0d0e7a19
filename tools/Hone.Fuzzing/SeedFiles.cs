using Hone.Core.Runs;
using Hone.Models.Checkpoints;
using Hone.Tensors;

namespace Hone.Fuzzing;

/// <summary>Small well-formed files to mutate, and the temporary file that parsers of files read.</summary>
internal static class SeedFiles
{
    /// <summary>Safetensors files of different types and shapes.</summary>
    public static IReadOnlyList<byte[]> Safetensors() =>
    [
        Written("seed.safetensors", path => SafetensorsWriter.WriteFile(new PhysicalFileSystem(), path, [Content("a", 2, 3), Content("model.layers.0.weight", 4)])),
        Written("seed.safetensors", path => SafetensorsWriter.WriteFile(new PhysicalFileSystem(), path, [])),
    ];

    /// <summary>Lets <paramref name="read"/> open a file that holds <paramref name="bytes"/>.</summary>
    public static void WithFile(byte[] bytes, string extension, Action<string> read)
    {
        string folder = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(); // memory, where there is such a folder
        string path = Path.Combine(folder, $"hone-fuzz-{Environment.ProcessId}{extension}");
        File.WriteAllBytes(path, bytes);
        try
        {
            read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static byte[] Written(string name, Action<string> write)
    {
        string folder = Directory.CreateTempSubdirectory("hone-fuzz").FullName;
        try
        {
            string path = Path.Combine(folder, name);
            write(path);
            return File.ReadAllBytes(path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static TensorContent Content(string name, params int[] shape) => TensorContent.Of(name, Tensor.Full(DType.F32, 1.5, shape));
}
