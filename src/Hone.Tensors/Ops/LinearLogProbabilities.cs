using System.Numerics;
using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Reference;

namespace Hone.Tensors;

/// <content>The op <c>linear_log_probabilities</c>.</content>
public static partial class Ops
{
    /// <summary>Output head and log-probability of given tokens in one, without ever holding the logits of all tokens.</summary>
    /// <param name="hidden"><c>[…, hidden]</c>, any floating-point type.</param>
    /// <param name="weight">The head, <c>[vocabulary, hidden]</c>, of the same type, or bf16 or f16 below an f32 <paramref name="hidden"/>.</param>
    /// <param name="labels">i64 <c>[…]</c>, one per row of <paramref name="hidden"/>, in [0, vocabulary), or −100: such rows are not computed.</param>
    /// <param name="softCap">Logits z are computed as c·tanh(z/c) with this c; not when 0.</param>
    /// <returns><c>[…]</c>, at most 0, and 0 where no label is; of the type of <paramref name="hidden"/>, f32 where that is half precision.</returns>
    /// <remarks>
    /// <c>z = hidden·weightᵀ, l = z_y − lse(z), dz = g·(onehot(y) − softmax(z)), dhidden = dz·weight, dweight = dzᵀ·hidden</c>. The backward pass computes
    /// the logits again, chunk by chunk: the gradients g of the rows are known only after all rows have gone into a loss.
    /// Source: Hsu et al., Liger Kernel, arXiv:2410.10989, section 3.2 (fused linear cross-entropy).
    /// </remarks>
    /// <exception cref="ShapeMismatchException">The shapes do not fit, or a label lies outside the vocabulary.</exception>
    public static Tensor LinearLogProbabilities(Tensor hidden, Tensor weight, Tensor labels, float softCap = 0)
    {
        const string Op = "linear_log_probabilities";
        var settings = new CrossEntropySettings { SoftCap = softCap };
        weight = LinearCrossEntropyOp.RequireHead(Op, hidden, weight);
        CrossEntropyOp.Check(Op, hidden, labels, weight.Shape[0], settings, null);
        if (hidden.DType.IsHalfPrecision)
        {
            return LinearLogProbabilities(Cast(hidden, DType.F32), Cast(weight, DType.F32), labels, softCap);
        }

        Tensor h = Strided.Contiguous(hidden), w = Strided.Contiguous(weight);
        Tensor result = h.DType == DType.F64 ? LinearLogProbabilitiesOp.Reference<double>(h, w, labels, settings) : LinearLogProbabilitiesOp.Evaluate(h, w, labels, settings);
        bool wants = Recorder.Wants(hidden) || Recorder.Wants(weight);
        return Recorder.Finish(Op, result, [hidden, weight], wants ? [h, w, labels] : [], LinearLogProbabilitiesOp.Differentiate, settings);
    }
}

[Op("linear_log_probabilities")]
internal sealed unsafe class LinearLogProbabilitiesOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("rows", [new OpInput([5, 7]), new OpInput([17, 7]), OpInput.Indices([5], 0, 17)], x => Ops.LinearLogProbabilities(x[0], x[1], x[2])) { AcceptsHalfPrecision = false },
        // Inputs of equal rows, as one of the layouts makes them, have gradients of 0 by cancellation: what remains is in proportion to their values.
        new("sequences", [new OpInput([2, 3, 4], -0.5, 0.5), new OpInput([9, 4], -0.5, 0.5), OpInput.Indices([2, 3], 0, 9)], x => Ops.LinearLogProbabilities(x[0], x[1], x[2])) { AcceptsHalfPrecision = false },
        new("soft cap", [new OpInput([9, 3]), new OpInput([7, 3]), OpInput.Indices([9], 0, 7)], x => Ops.LinearLogProbabilities(x[0], x[1], x[2], softCap: 3))
        {
            AcceptsHalfPrecision = false, RelativeTolerance = 5e-6,
        },
        new("no rows", [new OpInput([0, 4]), new OpInput([9, 4]), OpInput.Indices([0], 0, 9)], x => Ops.LinearLogProbabilities(x[0], x[1], x[2])) { AcceptsHalfPrecision = false },
    ];

    internal static Tensor Evaluate(Tensor hidden, Tensor weight, Tensor labels, CrossEntropySettings settings)
    {
        if (KernelTable<ILinearCrossEntropyKernel>.For(hidden.Device) is not { } kernel)
        {
            return Reference<float>(hidden, weight, labels, settings);
        }

        Tensor costs = Tensor.Empty(DType.F32, labels.Shape);
        kernel.Run(
            new LinearCrossEntropyArguments
            {
                Hidden = hidden.Pointer<float>(),
                Weight = weight.Pointer<float>(),
                Labels = Strided.Contiguous(labels).Pointer<long>(),
                Tokens = labels.ElementCount,
                HiddenSize = weight.Shape[1],
                Vocabulary = weight.Shape[0],
                TokenNegativeLogLikelihoods = costs.Pointer<float>(),
            },
            settings);
        foreach (ref float cost in costs.Span<float>())
        {
            cost = 0 - cost; // not −cost: rows without label are 0, not −0
        }

        return costs;
    }

    internal static Tensor Reference<T>(Tensor hidden, Tensor weight, Tensor labels, CrossEntropySettings settings)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int size = weight.Shape[1];
        long[] targets = labels.ToArray<long>();
        Tensor result = Tensor.Empty(hidden.DType, labels.Shape);
        Span<T> values = result.Span<T>();
        for (int i = 0; i < targets.Length; i++)
        {
            (_, T cost, _) = CrossEntropyReference.RunLinear<T>(hidden.Span<T>().Slice(i * size, size), weight.Span<T>(), [targets[i]], [], size, settings, T.One, [], []);
            values[i] = T.Zero - cost;
        }

        return result;
    }

    /// <summary>The gradient of <c>Σ g·l</c> is that of a cross-entropy whose tokens weigh −g.</summary>
    internal static void Differentiate(BackwardContext context)
    {
        Tensor h = context.Saved(0), w = context.Saved(1), labels = context.Saved(2), weights = Ops.Negate(Strided.Contiguous(context.Grad));
        Tensor? dHidden = context.Needs(0) ? Tensor.Empty(h.DType, h.Shape) : null, dWeight = context.Needs(1) ? Tensor.Empty(w.DType, w.Shape) : null;
        CrossEntropySettings settings = context.State<CrossEntropySettings>();
        if (h.DType == DType.F64)
        {
            LinearCrossEntropyOp.Reference<double>(h, w, labels, weights, settings, dHidden, dWeight);
        }
        else
        {
            LinearCrossEntropyOp.Evaluate(h, w, labels, weights, settings, dHidden, dWeight);
        }

        if (dHidden is not null)
        {
            context.Set(0, dHidden);
        }

        if (dWeight is not null)
        {
            context.Set(1, dWeight);
        }
    }
}
