using System.Numerics;
using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Reference;

namespace Hone.Tensors;

/// <content>The op <c>linear_cross_entropy</c>.</content>
public static partial class Ops
{
    /// <summary>Output head and cross-entropy in one: cost of the right tokens, without ever holding the logits of all tokens.</summary>
    /// <param name="hidden"><c>[…, hidden]</c>, any floating-point type.</param>
    /// <param name="weight">The head, <c>[vocabulary, hidden]</c>, of the same type, or bf16 or f16 below an f32 <paramref name="hidden"/>.</param>
    /// <param name="labels">i64 <c>[…]</c>, one per row of <paramref name="hidden"/>, in [0, vocabulary) or the ignored value: such rows are not computed.</param>
    /// <param name="settings">Label smoothing, z-loss, soft-capping; plain cross-entropy when not given.</param>
    /// <param name="tokenWeights">Weights of the rows, <c>[…]</c> of the type of <paramref name="hidden"/>, not differentiated; ones when not given.</param>
    /// <remarks>
    /// <c>z = hidden·weightᵀ, L = Σ w·(lse − z_y), dz = w·(softmax(z) − onehot(y)), dhidden = g·dz·weight, dweight = g·dzᵀ·hidden</c>, and as
    /// <see cref="CrossEntropySettings"/> says with its options. The gradients are made with the loss, chunk by chunk, and scaled by g later.
    /// Source: Hsu et al., Liger Kernel, arXiv:2410.10989, section 3.2 (fused linear cross-entropy).
    /// </remarks>
    /// <exception cref="ShapeMismatchException">The shapes do not fit, or a label lies outside the vocabulary.</exception>
    public static CrossEntropyLoss LinearCrossEntropy(Tensor hidden, Tensor weight, Tensor labels, CrossEntropySettings? settings = null, Tensor? tokenWeights = null)
    {
        const string Op = "linear_cross_entropy";
        settings ??= new CrossEntropySettings();
        weight = LinearCrossEntropyOp.RequireHead(Op, hidden, weight);
        CrossEntropyOp.Check(Op, hidden, labels, weight.Shape[0], settings, tokenWeights);
        if (hidden.DType.IsHalfPrecision)
        {
            return LinearCrossEntropy(Cast(hidden, DType.F32), Cast(weight, DType.F32), labels, settings, tokenWeights is null ? null : Cast(tokenWeights, DType.F32));
        }

        Tensor h = Strided.Contiguous(hidden), w = Strided.Contiguous(weight);
        Tensor? dHidden = Recorder.Wants(hidden) ? Tensor.Empty(h.DType, h.Shape) : null, dWeight = Recorder.Wants(weight) ? Tensor.Empty(w.DType, w.Shape) : null;
        CrossEntropySums sums = h.DType == DType.F64
            ? LinearCrossEntropyOp.Reference<double>(h, w, labels, tokenWeights, settings, dHidden, dWeight)
            : LinearCrossEntropyOp.Evaluate(h, w, labels, tokenWeights, settings, dHidden, dWeight);
        Tensor loss = Tensor.Full(h.DType, sums.Loss);
        Recorder.Finish(Op, loss, [hidden, weight], [dHidden, dWeight], static context =>
        {
            double upstream = context.Grad.Item();
            for (int i = 0; i < 2; i++)
            {
                if (context.Needs(i))
                {
                    context.Set(i, Scale(context.Saved(i), upstream));
                }
            }
        });
        return new CrossEntropyLoss(loss, sums.NegativeLogLikelihood, sums.WeightSum, sums.Count);
    }
}

[Op("linear_cross_entropy")]
internal sealed unsafe class LinearCrossEntropyOp : OpDefinition
{
    private static readonly CrossEntropySettings s_all = new() { LabelSmoothing = 0.125f, ZLoss = 0.0625f, SoftCap = 3, IgnoreIndex = 2 };

    public override IEnumerable<OpSample> Samples =>
    [
        new("rows", [new OpInput([5, 7]), new OpInput([17, 7]), OpInput.Indices([5], 0, 17)], x => Ops.LinearCrossEntropy(x[0], x[1], x[2]).Sum) { AcceptsHalfPrecision = false },
        new("mean of sequences", [new OpInput([2, 3, 4]), new OpInput([9, 4]), OpInput.Indices([2, 3], 0, 9)], x => Ops.LinearCrossEntropy(x[0], x[1], x[2]).Mean()) { AcceptsHalfPrecision = false },
        new("all options", [new OpInput([9, 3]), new OpInput([7, 3]), OpInput.Indices([9], 0, 7), new OpInput([9], 0, 2) { IsDifferentiable = false }], x => Ops.LinearCrossEntropy(x[0], x[1], x[2], s_all, x[3]).Sum)
        {
            AcceptsHalfPrecision = false, RelativeTolerance = 5e-6,
        },
        new("no rows", [new OpInput([0, 4]), new OpInput([9, 4]), OpInput.Indices([0], 0, 9)], x => Ops.LinearCrossEntropy(x[0], x[1], x[2]).Sum) { AcceptsHalfPrecision = false },
    ];

    /// <summary>Refuses a head <c>[vocabulary, hidden]</c> that does not fit the hidden states; one in half precision is widened for f32 ones.</summary>
    internal static Tensor RequireHead(string op, Tensor hidden, Tensor weight)
    {
        OpGuard.RequireFloat(op, hidden);
        Tensor head = hidden.DType == DType.F32 && weight.DType.IsHalfPrecision ? Ops.Cast(weight, DType.F32) : weight;
        OpGuard.RequireSameKind(op, hidden, head);
        OpGuard.RequireShape(
            op, head.Rank == 2 && hidden.Rank >= 1 && hidden.Shape[-1] == head.Shape[1], "the hidden states' last dimension must equal the head's.", $"hidden {hidden}, weight {head}",
            "The weight is [vocabulary, hidden]; check that config and checkpoint belong together.");
        return head;
    }

    internal static CrossEntropySums Evaluate(Tensor hidden, Tensor weight, Tensor labels, Tensor? tokenWeights, CrossEntropySettings settings, Tensor? dHidden, Tensor? dWeight)
    {
        if (KernelTable<ILinearCrossEntropyKernel>.For(hidden.Device) is not { } kernel)
        {
            return Reference<float>(hidden, weight, labels, tokenWeights, settings, dHidden, dWeight);
        }

        Tensor? weights = tokenWeights is null ? null : Strided.Contiguous(tokenWeights);
        return kernel.Run(
            new LinearCrossEntropyArguments
            {
                Hidden = hidden.Pointer<float>(),
                Weight = weight.Pointer<float>(),
                Labels = Strided.Contiguous(labels).Pointer<long>(),
                TokenWeights = weights is null ? null : weights.Pointer<float>(),
                Tokens = labels.ElementCount,
                HiddenSize = weight.Shape[1],
                Vocabulary = weight.Shape[0],
                GradientScale = 1f,
                DHidden = dHidden is null ? null : dHidden.Pointer<float>(),
                DWeight = dWeight is null ? null : dWeight.Pointer<float>(),
            },
            settings);
    }

    internal static CrossEntropySums Reference<T>(
        Tensor hidden, Tensor weight, Tensor labels, Tensor? tokenWeights, CrossEntropySettings settings, Tensor? dHidden, Tensor? dWeight)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long[] targets = labels.ToArray<long>();
        (T loss, T likelihood, T weightSum) = CrossEntropyReference.RunLinear<T>(
            hidden.Span<T>(), weight.Span<T>(), targets, tokenWeights is null ? [] : tokenWeights.ToArray<T>(), weight.Shape[1], settings, T.One,
            dHidden is null ? [] : dHidden.Span<T>(), dWeight is null ? [] : dWeight.Span<T>());
        return new CrossEntropySums(
            double.CreateTruncating(loss), double.CreateTruncating(likelihood), double.CreateTruncating(weightSum), targets.LongCount(label => label != settings.IgnoreIndex));
    }
}
