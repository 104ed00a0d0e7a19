using Hone.Core.Runs;
using Hone.Models.Checkpoints;
using Hone.Models.Checkpoints.Gguf;
using Hone.Tensors;
using Hone.Tensors.Quantization;

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

    /// <summary>GGUF files: a small model with its settings and a tokenizer, and one with blocks, experts and nested metadata.</summary>
    public static IReadOnlyList<byte[]> Gguf()
    {
        GgufMetadata model = Settings("llama");
        model["tokenizer.ggml.model"] = GgufValue.Of("gpt2");
        model["tokenizer.ggml.tokens"] = GgufValue.OfArray(["a", "b", "<s>"]);
        model["tokenizer.ggml.token_type"] = GgufValue.OfArray([1, 1, 3]);
        GgufMetadata mixture = Settings("qwen3moe");
        mixture["qwen3moe.expert_count"] = GgufValue.Of(2u);
        mixture["qwen3moe.expert_used_count"] = GgufValue.Of(1u);
        mixture["qwen3moe.expert_feed_forward_length"] = GgufValue.Of(4u);
        mixture["test.nested"] = GgufValue.OfArrays([GgufValue.OfArray([1, 2]), GgufValue.OfArray([true])]);
        TensorContent blocks = new("blk.0.attn_v.weight", new Shape(2, 32), null, BlockFormat.Q4_0, () => [Tensor.Zeros(DType.U8, 36)]);
        return
        [
            Written("seed.gguf", path => GgufWriter.WriteFile(new PhysicalFileSystem(), path, model, [Content("token_embd.weight", 3, 8), Content("blk.0.attn_q.weight", 8, 8), Content("blk.0.attn_k.weight", 4, 8), Content("rope_freqs.weight", 2)])),
            Written("seed.gguf", path => GgufWriter.WriteFile(new PhysicalFileSystem(), path, mixture, [blocks, Content("blk.0.ffn_up_exps.weight", 2, 4, 8)])),
        ];
    }

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

    private static GgufMetadata Settings(string architecture) => new()
    {
        ["general.architecture"] = GgufValue.Of(architecture),
        [$"{architecture}.context_length"] = GgufValue.Of(64u),
        [$"{architecture}.embedding_length"] = GgufValue.Of(8u),
        [$"{architecture}.block_count"] = GgufValue.Of(1u),
        [$"{architecture}.feed_forward_length"] = GgufValue.Of(16u),
        [$"{architecture}.attention.head_count"] = GgufValue.Of(2u),
        [$"{architecture}.attention.head_count_kv"] = GgufValue.Of(1u),
        [$"{architecture}.rope.freq_base"] = GgufValue.Of(10000f),
    };

    private static TensorContent Content(string name, params int[] shape) => TensorContent.Of(name, Tensor.Full(DType.F32, 1.5, shape));
}
