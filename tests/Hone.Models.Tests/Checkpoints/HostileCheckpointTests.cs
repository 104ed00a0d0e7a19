using System.Buffers.Binary;
using Hone.Core.Random;
using Hone.Core.Runs;
using Hone.Models.Checkpoints;
using Hone.Models.Checkpoints.Gguf;
using Hone.Tensors;

namespace Hone.Models.Tests.Checkpoints;

/// <summary>Thousands of damaged headers: each is read or refused with an explanation, in memory bounded by its size.</summary>
public sealed class HostileCheckpointTests : IDisposable
{
    private const int Inputs = 3000;
    private const long MaxAllocatedBytes = 8 << 20; // for inputs of at most a few kilobytes

    private static readonly ulong[] s_numbers = [0, 1, 8, 31, 255, 65536, int.MaxValue, uint.MaxValue, 1UL << 32, long.MaxValue, 1UL << 63, ulong.MaxValue];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Parse_MutatedSafetensors_IsReadOrRefused()
    {
        using var scope = TensorScope.Begin("test");
        TensorContent[] tensors = [TensorContent.Of("a.weight", Tensor.Zeros(DType.F32, 2, 3)), TensorContent.Of("b", Tensor.Zeros(DType.BF16, 4)), TensorContent.Of("c", Tensor.Zeros(DType.U8, 1))];
        SafetensorsWriter.WriteFile(new PhysicalFileSystem(), _folder.At("x"), tensors, new Dictionary<string, string> { ["format"] = "pt" });

        Feed(File.ReadAllBytes(_folder.At("x")), ["{"u8.ToArray(), "[["u8.ToArray(), "\"shape\":"u8.ToArray(), "-1"u8.ToArray(), "99999999999999999999"u8.ToArray(), "\"F64\""u8.ToArray()], bytes => SafetensorsHeader.Parse(bytes));
    }

    [Fact]
    public void Parse_MutatedGguf_IsReadOrRefused()
    {
        using var scope = TensorScope.Begin("test");
        GgufMetadata metadata = new()
        {
            ["general.architecture"] = GgufValue.Of("llama"),
            ["llama.block_count"] = GgufValue.Of(2u),
            ["tokenizer.ggml.tokens"] = GgufValue.OfArray(["a", "b", "c"]),
            ["tokenizer.ggml.scores"] = GgufValue.OfArray([1f, 2, 3]),
            ["nested"] = GgufValue.OfArrays([GgufValue.OfArray([1, 2]), GgufValue.OfArray([true])]),
        };
        GgufWriter.WriteFile(new PhysicalFileSystem(), _folder.At("x"), metadata, [TensorContent.Of("token_embd.weight", Tensor.Zeros(DType.F32, 2, 3)), TensorContent.Of("blk.0.attn_q.weight", Tensor.Zeros(DType.BF16, 4, 32))]);

        Feed(File.ReadAllBytes(_folder.At("x")), [[9, 0, 0, 0], [8, 0, 0, 0], "GGUF"u8.ToArray(), [255, 255, 255, 255, 255, 255, 255, 127]], bytes => GgufHeader.Parse(bytes));
    }

    private static void Feed(byte[] seed, byte[][] words, Action<byte[]> parse)
    {
        var random = new RandomStream(1, "hostile");
        int refused = 0;
        for (int n = 0; n < Inputs; n++)
        {
            byte[] input = Mutate(seed, words, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                parse(input);
            }
            catch (CheckpointFormatException)
            {
                refused++;
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
        }

        Assert.InRange(refused, Inputs / 10, Inputs - 1); // most mutations hurt, a few hit what does not matter
    }

    private static byte[] Mutate(byte[] seed, byte[][] words, RandomStream random)
    {
        byte[] bytes = seed;
        for (int change = random.NextInt32(3); change >= 0; change--)
        {
            int at = random.NextInt32(bytes.Length);
            switch (random.NextInt32(6))
            {
                case 0:
                    bytes = bytes[..Math.Max(1, at)];
                    break;
                case 1:
                    bytes = [.. bytes];
                    bytes[at] ^= (byte)(1 << random.NextInt32(8));
                    break;
                case 2:
                    bytes = [.. bytes[..at], .. words[random.NextInt32(words.Length)], .. bytes[at..]];
                    break;
                case 3:
                    bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length - 1, at + 1 + random.NextInt32(16))..]];
                    break;
                case 4 when bytes.Length >= 16:
                    bytes = [.. bytes];
                    BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(random.NextInt32(bytes.Length - 8)), s_numbers[random.NextInt32(s_numbers.Length)]);
                    break;
                default:
                    bytes = [.. bytes[..at], .. bytes[random.NextInt32(bytes.Length)..]];
                    break;
            }
        }

        return bytes;
    }
}
