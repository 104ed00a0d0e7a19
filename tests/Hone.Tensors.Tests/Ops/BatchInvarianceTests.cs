using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Tests.Kernels.Cpu;
using Hone.Tensors.Threading;
using Op = Hone.Tensors.Ops;

namespace Hone.Tensors.Tests.Ops;

/// <summary>What a token's row goes through on its way through a model has the same bits alone and in any batch: generation relies on it.</summary>
public sealed class BatchInvarianceTests
{
    private const int Rows = 21;

    public static TheoryData<string> Names => new(s_ops.Keys);

    // Inputs: rows x, rows y, a vector for all rows.
    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor, int, Tensor>> s_ops = new()
    {
        ["rms_norm"] = (x, _, w, _) => Op.RmsNorm(x, w, 1e-5),
        ["add_rms_norm"] = (x, y, w, _) => Op.Concatenate([Op.AddRmsNorm(x, y, w, 1e-5).Sum, Op.AddRmsNorm(x, y, w, 1e-5).Normalized], 1),
        ["layer_norm"] = (x, _, w, _) => Op.LayerNorm(x, w, w, 1e-5),
        ["swiglu"] = (x, y, _, _) => Op.SwiGlu(x, y),
        ["swiglu of one product"] = (x, y, _, _) => Op.SwiGlu(Op.Concatenate([x, y], 1)),
        ["geglu"] = (x, y, _, _) => Op.GeGlu(x, y, tanhForm: true),
        ["gelu"] = (x, _, _, _) => Op.Gelu(x),
        ["gelu_tanh"] = (x, _, _, _) => Op.GeluTanh(x),
        ["silu"] = (x, _, _, _) => Op.Silu(x),
        ["relu"] = (x, _, _, _) => Op.Relu(x),
        ["softmax"] = (x, _, _, _) => Op.Softmax(x),
        ["log_softmax"] = (x, _, _, _) => Op.LogSoftmax(x),
        ["add"] = (x, y, _, _) => x + y,
        ["add of a vector"] = (x, _, w, _) => x + w,
        ["multiply"] = (x, y, _, _) => x * y,
        ["scale"] = (x, _, _, _) => x * 0.37,
        ["soft cap"] = (x, _, _, _) => Op.Tanh(x * 0.5) * 2,
        ["rotary_embedding"] = Rotate,
        ["packed_linear f32"] = (x, _, _, _) => Product(x, DType.F32),
        ["packed_linear bf16"] = (x, _, _, _) => Product(x, DType.BF16),
        ["packed_linear f16"] = (x, _, _, _) => Product(x, DType.F16),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Row_AloneAndInAnyBatch_HasTheSameBits(string name)
    {
        Func<Tensor, Tensor, Tensor, int, Tensor> op = s_ops[name];
        foreach (SimdLevel level in KernelSuite.Levels)
        {
            using SimdDispatch.Restore restore = SimdDispatch.Use(level);
            foreach (int columns in (int[])[2, 6, 16, 34, 62, 576, 1540])
            {
                using var scope = TensorScope.Begin("test");
                Tensor x = Values(1, Rows, columns), y = Values(2, Rows, columns), w = Values(3, 1, columns).View(new Shape(columns), [1], 0);
                float[] all = op(x, y, w, 0).ToArray<float>();
                foreach ((int batch, int threads) in ((int, int)[])[(1, 1), (2, 2), (5, 1), (13, 7)])
                {
                    using IDisposable use = ComputeThreads.Use(threads);
                    var parts = new List<float>();
                    for (int row = 0; row < Rows; row += batch)
                    {
                        int count = Math.Min(batch, Rows - row);
                        parts.AddRange(op(Op.Slice(x, 0, row, count), Op.Slice(y, 0, row, count), w, row).ToArray<float>());
                    }

                    Assert.True(all.AsSpan().SequenceEqual(parts.ToArray()), $"{name}: {columns} columns, rows by {batch}, {threads} threads, {level}");
                }
            }
        }
    }

    private static Tensor Rotate(Tensor x, Tensor y, Tensor w, int firstPosition)
    {
        int rows = x.Shape[0], headDim = x.Shape[1] / 2 * 2;
        Tensor angles = Values(7, Rows, headDim / 2);
        Tensor positions = Tensor.From(Enumerable.Range(firstPosition, rows).ToArray(), rows);
        return Op.RotaryEmbedding(Op.Reshape(x, rows, 1, headDim), positions, Op.Cos(angles), Op.Sin(angles));
    }

    private static Tensor Product(Tensor x, DType dtype)
    {
        using PackedWeight weight = PackedWeight.Create(Op.Cast(Values(5, 37, x.Shape[1]), dtype), forBackward: false);
        return Op.PackedLinear(x, weight);
    }

    private static Tensor Values(int seed, int rows, int columns) => Tensor.From(KernelSuite.Values(seed, rows * columns), rows, columns);
}
