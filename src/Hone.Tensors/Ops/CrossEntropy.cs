using System.Numerics;
using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Reference;

namespace Hone.Tensors;

/// <content>The op <c>cross_entropy</c>.</content>
public static partial class Ops
{
    /// <summary>Cost of the right classes under the given logits.</summary>
    /// <param name="logits"><c>[…, classes]</c>, any floating-point type.</param>
    /// <param name="labels">i64 <c>[…]</c>, one per row, in [0, classes) or the ignored value.</param>
    /// <param name="settings">Label smoothing, z-loss, soft-capping; plain cross-entropy when not given.</param>
    /// <param name="tokenWeights">Weights of the rows, <c>[…]</c> of the type of the logits, not differentiated; ones when not given.</param>
    /// <remarks>
    /// <c>L = Σ w·(lse − z_y), dz = g·w·(softmax(z) − onehot(y))</c>, and as <see cref="CrossEntropySettings"/> says with its options.
    /// For the logits of a language model's head use <see cref="LinearCrossEntropy"/>, which never holds them all.
    /// Source: PyTorch <c>nn.CrossEntropyLoss</c>.
    /// </remarks>
    /// <exception cref="ShapeMismatchException">The shapes do not fit, or a label lies outside the classes.</exception>
    public static CrossEntropyLoss CrossEntropy(Tensor logits, Tensor labels, CrossEntropySettings? settings = null, Tensor? tokenWeights = null)
    {
        settings ??= new CrossEntropySettings();
        CrossEntropyOp.Check("cross_entropy", logits, labels, logits.Rank == 0 ? 0 : logits.Shape[-1], settings, tokenWeights);
        if (logits.DType.IsHalfPrecision)
        {
            return CrossEntropy(Cast(logits, DType.F32), labels, settings, tokenWeights is null ? null : Cast(tokenWeights, DType.F32));
        }

        Tensor rows = Strided.Contiguous(logits);
        Tensor? gradient = Recorder.Wants(logits) ? Tensor.Empty(logits.DType, logits.Shape) : null;
        CrossEntropySums sums = logits.DType == DType.F64
            ? CrossEntropyOp.Reference<double>(rows, labels, tokenWeights, settings, gradient)
            : CrossEntropyOp.Evaluate(rows, labels, tokenWeights, settings, gradient);
        Tensor loss = Tensor.Full(logits.DType, sums.Loss);
        Recorder.Finish("cross_entropy", loss, [logits], [gradient], static context => context.Set(0, Scale(context.Saved(0), context.Grad.Item())));
        return new CrossEntropyLoss(loss, sums.NegativeLogLikelihood, sums.WeightSum, sums.Count);
    }
}

[Op("cross_entropy")]
internal sealed unsafe class CrossEntropyOp : OpDefinition
{
    private static readonly CrossEntropySettings s_all = new() { LabelSmoothing = 0.125f, ZLoss = 0.0625f, SoftCap = 3, IgnoreIndex = 2 };

    public override IEnumerable<OpSample> Samples =>
    [
        new("rows", [new OpInput([5, 17]), OpInput.Indices([5], 0, 17)], x => Ops.CrossEntropy(x[0], x[1]).Sum) { AcceptsHalfPrecision = false },
        new("mean of sequences", [new OpInput([2, 3, 4]), OpInput.Indices([2, 3], 0, 4)], x => Ops.CrossEntropy(x[0], x[1]).Mean()) { AcceptsHalfPrecision = false },
        new("all options", [new OpInput([9, 7], -5, 5), OpInput.Indices([9], 0, 7), new OpInput([9], 0, 2) { IsDifferentiable = false }], x => Ops.CrossEntropy(x[0], x[1], s_all, x[2]).Sum)
        {
            AcceptsHalfPrecision = false, RelativeTolerance = 5e-6,
        },
        new("no rows", [new OpInput([0, 3]), OpInput.Indices([0], 0, 3)], x => Ops.CrossEntropy(x[0], x[1]).Sum) { AcceptsHalfPrecision = false },
    ];

    internal static void Check(string op, Tensor x, Tensor labels, int classes, CrossEntropySettings settings, Tensor? tokenWeights)
    {
        OpGuard.RequireFloat(op, x);
        OpGuard.RequireDType(op, labels, DType.I64, "the labels");
        OpGuard.RequireShape(op, x.Rank >= 1 && labels.Shape.Dimensions.SequenceEqual(x.Shape.Dimensions[..^1]), "there must be one label per row.", $"input {x}, labels {labels}", "Labels have the input's shape without its last dimension.");
        OpGuard.RequireShape(op, tokenWeights is null || tokenWeights.Shape == labels.Shape, "there must be one weight per label.", $"weights {tokenWeights}, labels {labels}", "Weights have the labels' shape.");
        if (tokenWeights is not null)
        {
            OpGuard.RequireSameKind(op, x, tokenWeights);
        }

        ArgumentOutOfRangeException.ThrowIfNegative(settings.LabelSmoothing);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(settings.LabelSmoothing, 1f);
        ArgumentOutOfRangeException.ThrowIfNegative(settings.ZLoss);
        ArgumentOutOfRangeException.ThrowIfNegative(settings.SoftCap);
        long[] values = labels.ToArray<long>();
        int wrong = Array.FindIndex(values, value => value != settings.IgnoreIndex && (ulong)value >= (ulong)classes);
        OpGuard.RequireShape(
            op, wrong < 0, "a label lies outside the classes.", $"label {(wrong < 0 ? 0 : values[wrong])} at flat position {wrong}, {classes} classes",
            $"Labels must be from 0 to {classes - 1}, or {settings.IgnoreIndex} where there is none.");
    }

    internal static CrossEntropySums Evaluate(Tensor logits, Tensor labels, Tensor? tokenWeights, CrossEntropySettings settings, Tensor? gradient)
    {
        if (KernelTable<ICrossEntropyKernel>.For(logits.Device) is not { } kernel)
        {
            return Reference<float>(logits, labels, tokenWeights, settings, gradient);
        }

        Tensor? weights = tokenWeights is null ? null : Strided.Contiguous(tokenWeights);
        return kernel.Run(
            logits.Pointer<float>(), Strided.Contiguous(labels).Pointer<long>(), weights is null ? null : weights.Pointer<float>(), labels.ElementCount, logits.Shape[-1], settings, 1f,
            gradient is null ? null : gradient.Pointer<float>());
    }

    internal static CrossEntropySums Reference<T>(Tensor logits, Tensor labels, Tensor? tokenWeights, CrossEntropySettings settings, Tensor? gradient)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long[] targets = labels.ToArray<long>();
        (T loss, T likelihood, T weightSum) = CrossEntropyReference.Run<T>(
            logits.Span<T>(), targets, tokenWeights is null ? [] : tokenWeights.ToArray<T>(), logits.Shape[-1], settings, T.One, gradient is null ? [] : gradient.Span<T>());
        return new CrossEntropySums(
            double.CreateTruncating(loss), double.CreateTruncating(likelihood), double.CreateTruncating(weightSum), targets.LongCount(label => label != settings.IgnoreIndex));
    }
}
