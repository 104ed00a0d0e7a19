using System.Runtime.InteropServices;
using Hone.Tensors.Benchmarking;
using Hone.Tensors.Kernels.Cpu.Gemm;
using Hone.Tensors.Kernels.Cpu.Quantized;
using Hone.Tensors.Quantization;
using Hone.Tensors.Threading;
using Tensor = Hone.Tensors.Tensor;

namespace Hone.Benchmarks;

/// <summary>All products of one step of SmolLM2-135M with frozen weights, beside the machine's limits.</summary>
/// <remarks>
/// A step with few rows is bound by reading the weights and judged by bandwidth; with many rows by arithmetic and judged by the peak of f32
/// multiply-adds, which integer products can exceed. Prefill leaves out the head, of which it needs one row.
/// </remarks>
[Comparison("quantized")]
internal sealed unsafe class QuantizedComparison : Comparison
{
    private const int Layers = 30, Hidden = 576, Intermediate = 1536, HeadRows = 960, Vocabulary = 49_152;
    private const int MostRows = 512;

    private static readonly (string Name, BlockFormat? Format, PanelFormat Dense)[] s_kinds =
    [
        ("q8_0", BlockFormat.Q8_0, default), ("q4_0", BlockFormat.Q4_0, default), ("q4_1", BlockFormat.Q4_1, default),
        ("bf16", null, PanelFormat.BFloat16), ("f16", null, PanelFormat.Float16),
    ];

    public override string Describe() => $"products of a step of SmolLM2-135M (hidden {Hidden}, {Layers} layers, {Vocabulary} tokens), alone beside reads from memory and the f32 peak";

    public override IEnumerable<BenchmarkRow> Run(BenchmarkSettings settings, CancellationToken cancellation)
    {
        var harness = new ContenderHarness(settings, cancellation);
        foreach ((string name, BlockFormat? format, PanelFormat dense) in s_kinds)
        {
            using var step = new Step(format, dense);
            foreach (int threads in (int[])[1, 2])
            {
                using IDisposable use = ComputeThreads.Use(threads);
                var limits = MeasuredLimits.Of(threads);
                foreach (int rows in (int[])[1, 4, 16, MostRows])
                {
                    double seconds = harness.Measure(new Contender("hone", () => step.Run(rows)))[0].Seconds;
                    bool isRead = rows <= 4;
                    double value = (isRead ? step.SizeBytes : 2.0 * rows * step.Weights(rows)) / 1e9 / seconds;
                    double fraction = value / (isRead ? limits.ReadGigabytesPerSecond : limits.FmaGflops);
                    yield return new BenchmarkRow("quantized", $"{name} {rows} rows, {rows / seconds:F0} rows/s", threads, value, string.Empty, 0, isRead ? "gb/s" : "gflops", 0, fraction);
                }
            }
        }
    }

    /// <summary>The weights of all layers and the head, random.</summary>
    private sealed class Step : IDisposable
    {
        private readonly List<(int N, int K, Action<int, int> Run, IDisposable Memory, long Bytes)> _products = [];
        private readonly float* _x = Allocate(MostRows * Intermediate);
        private readonly float* _y = Allocate(Math.Max((nint)16 * Vocabulary, (nint)MostRows * 2 * Intermediate));

        public Step(BlockFormat? format, PanelFormat dense)
        {
            for (int layer = 0; layer < Layers; layer++)
            {
                Add(format, dense, HeadRows, Hidden);
                Add(format, dense, Hidden, Hidden);
                Add(format, dense, 2 * Intermediate, Hidden);
                Add(format, dense, Hidden, Intermediate);
            }

            Add(format, dense, Vocabulary, Hidden);
        }

        public long SizeBytes => _products.Sum(product => product.Bytes);

        public long Weights(int rows) => Of(rows).Sum(product => (long)product.N * product.K);

        public void Run(int rows)
        {
            foreach ((int n, _, Action<int, int> run, _, _) in Of(rows))
            {
                run(rows, n);
            }
        }

        public void Dispose()
        {
            _products.ForEach(product => product.Memory.Dispose());
            NativeMemory.AlignedFree(_x);
            NativeMemory.AlignedFree(_y);
        }

        private IEnumerable<(int N, int K, Action<int, int> Run, IDisposable Memory, long Bytes)> Of(int rows) =>
            rows == MostRows ? _products.SkipLast(1) : _products;

        private void Add(BlockFormat? format, PanelFormat dense, int n, int k)
        {
            if (format is { } blocks)
            {
                using Tensor bytes = Tensor.Zeros(Hone.Tensors.DType.U8, n, (int)blocks.RowBytes(k));
                new Random(1).NextBytes(bytes.Span<byte>());
                PackedQuantizedMatrix packed = PackedQuantizedMatrix.Pack([new QuantizedMatrix(blocks, n, k, bytes)]);
                _products.Add((n, k, (rows, width) => packed.Multiply(rows, _x, _y, width, null), packed, packed.SizeBytes));
                return;
            }

            using var operands = new GemmBenchmarkOperands(1, n, k);
            PackedMatrix matrix = operands.Pack(dense);
            _products.Add((n, k, (rows, width) => matrix.Multiply(rows, _x, k, _y, width), matrix, matrix.SizeBytes));
        }

        private static float* Allocate(nint count)
        {
            float* memory = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 4096);
            for (nint i = 0; i < count; i++)
            {
                memory[i] = (((i * 7919) % 2003) - 1001) / 1001f;
            }

            return memory;
        }
    }
}
