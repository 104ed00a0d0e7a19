using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Conformance.Tests.Gguf;

/// <summary>Every block format against gguf-py: the bytes written and the floats read are the same to the last bit.</summary>
[ReadsFixture("gguf/quantize")]
[ReadsFixture("gguf/dequantize")]
public sealed class BlockCodecFixtureTests
{
    public static TheoryData<string, string> Written => Cases("quantize", ".in");

    public static TheoryData<string, string> Read => Cases("dequantize", ".bytes");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Written))]
    public void Quantize_Rows_GivesTheBytesAndValuesOfGgufPy(string file, string type)
    {
        using var scope = TensorScope.Begin("test");
        var tensors = new FixtureTensors(Fixtures.At("gguf", file + ".safetensors"));
        Tensor input = tensors[$"{type}.in"];
        byte[] expected = tensors[$"{type}.bytes"].ToArray<byte>();
        float[] values = tensors[$"{type}.out"].ToArray<float>();

        if (Enum.TryParse(type, out DType plain))
        {
            Tensor cast = Ops.Cast(input, plain);
            Assert.Equal(values, Ops.Cast(cast, DType.F32).ToArray<float>());
            Assert.Equal(expected, plain == DType.F16 ? Bytes<Half>(cast) : Bytes<BFloat16>(cast));
            return;
        }

        BlockFormat format = Enum.Parse<BlockFormat>(type);
        QuantizedMatrix matrix = QuantizedMatrix.Quantize(format, input);
        Assert.Equal(expected, matrix.Bytes.ToArray<byte>());
        Assert.Equal(values, matrix.Dequantize().ToArray<float>());
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Read))]
    public void Dequantize_Blocks_GivesTheValuesOfGgufPy(string file, string type)
    {
        Assert.SkipUnless(Enum.TryParse(type, out BlockFormat format), $"{type}: blocks of this type are refused (GgufTensorType lists them); nothing reads them yet");
        using var scope = TensorScope.Begin("test");
        var tensors = new FixtureTensors(Fixtures.At("gguf", file + ".safetensors"));
        byte[] blocks = tensors[$"{type}.bytes"].ToArray<byte>();
        float[] expected = tensors[$"{type}.out"].ToArray<float>();
        var actual = new float[expected.Length];

        BlockCodec.Dequantize(format, blocks, actual);

        Assert.Equal(expected, actual);
    }

    private static byte[] Bytes<T>(Tensor tensor)
        where T : unmanaged => System.Runtime.InteropServices.MemoryMarshal.AsBytes<T>(tensor.ToArray<T>()).ToArray();

    private static TheoryData<string, string> Cases(string file, string suffix)
    {
        var cases = new TheoryData<string, string>();
        string path = Fixtures.At("gguf", file + ".safetensors");
        if (File.Exists(path))
        {
            foreach (string name in new FixtureTensors(path).Names.Where(name => name.EndsWith(suffix, StringComparison.Ordinal)))
            {
                cases.Add(file, name[..^suffix.Length]);
            }
        }

        return cases;
    }
}
