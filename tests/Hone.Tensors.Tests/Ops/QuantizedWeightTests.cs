using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;
using Hone.Tensors.Quantization;
using Hone.Tensors.Tests.Kernels.Cpu.Quantized;
using Op = Hone.Tensors.Ops;

namespace Hone.Tensors.Tests.Ops;

/// <summary>Quantized weights as the ops see them: layers, groups of layers, embeddings, gradients.</summary>
public sealed class QuantizedWeightTests
{
    [Fact]
    public void PackedLinear_Quantized_ComesNearTheDequantizedWeight()
    {
        using var scope = TensorScope.Begin("test");
        var c = new QuantizedCase(BlockFormat.Q8_0, 48, 96);
        using PackedWeight packed = PackedWeight.Create(c.Matrix());
        Tensor x = Tensor.From(c.Activations(6), 2, 3, 96), bias = Values(2, 48);

        Tensor y = Op.PackedLinear(x, packed, bias);

        Assert.Equal(BlockFormat.Q8_0, packed.Format);
        Close.Assert(y, Op.Linear(x, Tensor.From(c.Weights, 48, 96), bias), 1e-4, 0, "q8_0");
        using (ReferenceMode.Begin())
        {
            using PackedWeight reference = PackedWeight.Create(c.Matrix());
            Close.Assert(y, Op.PackedLinear(x, reference, bias), 1e-4, 0, "reference");
        }
    }

    [Fact]
    public void PackedLinear_GroupOfFormats_GivesTheBitsOfItsMembers()
    {
        using var scope = TensorScope.Begin("test");
        QuantizedCase[] cases =
        [
            new(BlockFormat.Q4_K, 40, 256, 1), new(BlockFormat.Q4_K, 7, 256, 2), new(BlockFormat.Q6_K, 33, 256, 3), new(BlockFormat.Q4_K, 16, 256, 4),
        ];
        using PackedWeight group = PackedWeight.Create(cases.Select(c => c.Matrix()).ToArray());
        Tensor x = Tensor.From(cases[0].Activations(5), 5, 256), bias = Values(2, 96);

        Tensor y = Op.PackedLinear(x, group, bias);

        Assert.Equal(96, group.OutFeatures);
        Assert.Null(group.Format);
        int first = 0;
        foreach (QuantizedCase c in cases)
        {
            using PackedWeight alone = PackedWeight.Create(c.Matrix());
            Tensor expected = Op.PackedLinear(x, alone, Op.Slice(bias, 0, first, c.Rows));
            Assert.Equal(expected.ToArray<float>(), Op.Slice(y, 1, first, c.Rows).ToArray<float>());
            first += c.Rows;
        }
    }

    [Fact]
    public void Gradient_OfTheInput_IsThatOfTheDequantizedWeight()
    {
        using var scope = TensorScope.Begin("test");
        QuantizedCase a = new(BlockFormat.Q4_0, 70, 64, 1), b = new(BlockFormat.Q5_1, 9, 64, 2);
        using PackedWeight packed = PackedWeight.Create([a.Matrix(), b.Matrix()], forBackward: true);
        using var x = new Parameter(Tensor.From(a.Activations(3), 3, 64), "x");
        Tensor upstream = Values(3, 3, 79);

        Op.Sum(Op.PackedLinear(x, packed) * upstream).Backward();

        Tensor weight = Op.Concatenate([Tensor.From(a.Weights, 70, 64), Tensor.From(b.Weights, 9, 64)], 0);
        Close.Assert(x.Grad!, Op.MatMul(upstream, weight), 1e-6, 0, "dx"); // the parameter took part
        using PackedWeight forward = PackedWeight.Create(a.Matrix());
        Assert.Throws<AutogradException>(() => Op.PackedLinear(x, forward));
    }

    [Fact]
    public void Embedding_OfAnyTable_GivesItsRows()
    {
        using var scope = TensorScope.Begin("test");
        Tensor ids = Tensor.From(new long[] { 4, 0, 36, 4, 12, 36 }, 2, 3);
        foreach (BlockFormat format in Enum.GetValues<BlockFormat>())
        {
            var c = new QuantizedCase(format, 37, 256);
            Tensor expected = Op.Embedding(Tensor.From(c.Weights, 37, 256), ids);
            using PackedWeight packed = PackedWeight.Create(c.Matrix());

            Assert.Equal(expected.ToArray<float>(), Op.Embedding(c.Matrix(), ids).ToArray<float>());
            Assert.Equal(expected.ToArray<float>(), Op.Embedding(packed, ids).ToArray<float>());
            Assert.Equal(expected.Shape, Op.Embedding(packed, ids).Shape);
        }

        foreach (DType dtype in (DType[])[DType.F32, DType.BF16, DType.F16, DType.F64])
        {
            Tensor table = Op.Cast(Values(5, 37, 19), dtype);
            using PackedWeight packed = PackedWeight.Create(table, forBackward: false);

            Assert.Equal(Op.Embedding(table, ids).ToDoubles(), Op.Embedding(packed, ids).ToDoubles());
        }
    }

    [Fact]
    public void Arguments_ThatDoNotFit_AreRejected()
    {
        using var scope = TensorScope.Begin("test");
        var c = new QuantizedCase(BlockFormat.Q8_0, 5, 32);
        using PackedWeight packed = PackedWeight.Create(c.Matrix());

        Assert.Throws<ShapeMismatchException>(() => Op.PackedLinear(Values(1, 2, 33), packed));
        Assert.Throws<ShapeMismatchException>(() => Op.Embedding(packed, Tensor.From(new long[] { 5 }, 1)));
        Assert.Throws<ShapeMismatchException>(() => Op.Embedding(c.Matrix(), Tensor.From(new long[] { -1 }, 1)));
        Assert.Throws<ShapeMismatchException>(() => PackedWeight.Create([c.Matrix(), new QuantizedCase(BlockFormat.Q8_0, 5, 64).Matrix()]));
        Assert.Throws<ShapeMismatchException>(() => PackedWeight.Create(ReadOnlySpan<QuantizedMatrix>.Empty));
    }

    [Fact]
    public void Create_FromAMappedFile_ReadsItsBytes()
    {
        using var scope = TensorScope.Begin("test");
        var c = new QuantizedCase(BlockFormat.Q4_1, 300, 512);
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [1, 2, 3, .. c.Bytes]);
            using var mapped = new QuantizedMatrix(c.Format, c.Rows, c.Columns, Tensor.MapFile(path, 3, DType.U8, c.Rows, (int)c.Format.RowBytes(c.Columns)));
            using PackedWeight packed = PackedWeight.Create(mapped), again = PackedWeight.Create(mapped); // pages that left come back
            using PackedWeight expected = PackedWeight.Create(c.Matrix());
            Tensor x = Tensor.From(c.Activations(2), 2, 512);

            Assert.Equal(Op.PackedLinear(x, expected).ToArray<float>(), Op.PackedLinear(x, packed).ToArray<float>());
            Assert.Equal(Op.PackedLinear(x, expected).ToArray<float>(), Op.PackedLinear(x, again).ToArray<float>());
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Tensor Values(int seed, params int[] shape)
    {
        var random = new Random(seed);
        return Tensor.From(Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => (float)((random.NextDouble() * 2) - 1)).ToArray(), shape);
    }
}
