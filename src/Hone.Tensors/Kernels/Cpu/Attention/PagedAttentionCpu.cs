using Hone.Tensors.Kernels.Cpu.Gemm;
using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Paging;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>Attention on the host over pages of keys and values.</summary>
/// <remarks>
/// Results are the same bits for every number of threads, every batch and every chunking of a prompt: keys are walked in tiles of
/// <see cref="AttentionBlock.KeyTile"/> at absolute positions, tiles are added up within segments of <see cref="PagedSegments.Keys"/>, segments are
/// merged in order, and keys that a row does not see add exact zeros.
/// Source: Dao, FlashAttention-2, arXiv:2307.08691, algorithm 1; segments: Flash-Decoding (Dao et al., 2023).
/// </remarks>
[Kernel(DeviceKind.Cpu)]
internal sealed class PagedAttentionCpu : IPagedAttentionKernel
{
    /// <inheritdoc/>
    public void Write(PagedKvStore store, int layer, AttentionView<float> keys, AttentionView<float> values, ReadOnlySpan<int> slots)
    {
        switch (SimdDispatch.Current)
        {
            case SimdLevel.Vector512:
                PagedWriter<Vec512>.Run(store, layer, keys, values, slots);
                break;
            case SimdLevel.Vector256:
                PagedWriter<Vec256>.Run(store, layer, keys, values, slots);
                break;
            default:
                PagedWriter<Vec128>.Run(store, layer, keys, values, slots);
                break;
        }
    }

    /// <inheritdoc/>
    public void Attend(PagedAttentionProblem problem, AttentionView<float> output)
    {
        switch (SimdDispatch.Current)
        {
            case SimdLevel.Vector512:
                Attend<Vec512>(problem, output);
                break;
            case SimdLevel.Vector256:
                Attend<Vec256>(problem, output);
                break;
            default:
                Attend<Vec128>(problem, output);
                break;
        }
    }

    private static void Attend<V>(PagedAttentionProblem problem, AttentionView<float> output)
        where V : struct, ISimdVector<V>
    {
        switch (problem.Store.Shape.Format)
        {
            case PagedKvFormat.F32:
                new PagedAttentionForward<V, PanelFloat32>(problem, output).Run();
                break;
            case PagedKvFormat.BF16:
                new PagedAttentionForward<V, PanelBFloat16>(problem, output).Run();
                break;
            default:
                new PagedAttentionForward<V, PanelInt8>(problem, output).Run();
                break;
        }
    }
}
