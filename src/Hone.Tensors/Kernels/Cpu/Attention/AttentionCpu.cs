using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>Attention on the host in tiles of keys with online softmax; the backward pass recomputes the probabilities from the log-sum-exp.</summary>
/// <remarks>
/// Results are the same bits for every number of threads, and an output row is the same bits however many other query rows share the call:
/// keys are walked in tiles with fixed boundaries and summed in order within them.
/// Source: Dao, FlashAttention-2, arXiv:2307.08691, algorithms 1 and 2.
/// </remarks>
[Kernel(DeviceKind.Cpu)]
internal sealed class AttentionCpu : IAttentionKernel
{
    /// <inheritdoc/>
    public void Forward(AttentionProblem<float> problem, AttentionView<float> output, AttentionView<float> logSumExp)
    {
        switch (SimdDispatch.Current)
        {
            case SimdLevel.Vector512:
                new AttentionForward<Vec512>(problem, output, logSumExp).Run();
                break;
            case SimdLevel.Vector256:
                new AttentionForward<Vec256>(problem, output, logSumExp).Run();
                break;
            default:
                new AttentionForward<Vec128>(problem, output, logSumExp).Run();
                break;
        }
    }

    /// <inheritdoc/>
    public void Backward(AttentionProblem<float> problem, AttentionGradients<float> gradients)
    {
        switch (SimdDispatch.Current)
        {
            case SimdLevel.Vector512:
                new AttentionBackward<Vec512>(problem, gradients).Run();
                break;
            case SimdLevel.Vector256:
                new AttentionBackward<Vec256>(problem, gradients).Run();
                break;
            default:
                new AttentionBackward<Vec128>(problem, gradients).Run();
                break;
        }
    }
}
