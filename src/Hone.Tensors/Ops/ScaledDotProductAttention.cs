using System.Collections.Immutable;
using System.Numerics;
using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Reference;

namespace Hone.Tensors;

/// <content>The op <c>scaled_dot_product_attention</c>.</content>
public static partial class Ops
{
    /// <summary>Mixes values by how well each query matches the keys it may see, head by head.</summary>
    /// <param name="q"><c>[batch, heads, queries, headDim]</c>, or packed <c>[tokens, heads, headDim]</c>; any floating-point type.</param>
    /// <param name="k"><c>[batch, kvHeads, keys, headDim]</c>, or packed <c>[tokens, kvHeads, headDim]</c>; query head <c>h</c> reads key head <c>h·kvHeads/heads</c>.</param>
    /// <param name="v"><c>[batch, kvHeads, keys, valueDim]</c>, or packed likewise.</param>
    /// <param name="options">Which keys a query sees; all when not given.</param>
    /// <param name="bias">
    /// Added to the scores, differentiable: <c>[batch, heads, queries, keys]</c> with sizes of 1 repeated along all but the last dimension. With packed
    /// tokens batch counts the sequences, and queries and keys are at least those of the longest one.
    /// </param>
    /// <returns>
    /// <c>[batch, heads, queries, valueDim]</c>, or packed <c>[tokens, heads, valueDim]</c>, of the type of <paramref name="q"/>. In memory the heads of a
    /// token lie beside each other, so that merging them copies nothing.
    /// </returns>
    /// <remarks>
    /// <c>s = scale·q·kᵀ (soft-capped) + bias, p = softmax(s), y = p·v; dv = pᵀ·g, dp = g·vᵀ, ds = p·(dp − Σ g·y), dq = scale·ds·k, dk = scale·dsᵀ·q</c>.
    /// A query that sees no key gives zeros and has no gradient. The kernel never holds a matrix of queries by keys, and a row's result does not
    /// depend on which other queries share the call. Source: Vaswani et al., arXiv:1706.03762, section 3.2.1; Dao, FlashAttention-2, arXiv:2307.08691.
    /// </remarks>
    /// <exception cref="ShapeMismatchException">Shapes, padding, offsets or bias do not fit together.</exception>
    /// <exception cref="ArgumentException">The options contradict each other or are out of range.</exception>
    public static Tensor ScaledDotProductAttention(Tensor q, Tensor k, Tensor v, AttentionOptions? options = null, Tensor? bias = null)
    {
        const string Op = ScaledDotProductAttentionOp.Name;
        options ??= AttentionOptions.Bidirectional;
        options.Validate();
        OpGuard.RequireFloat(Op, q);
        OpGuard.RequireSameKind(Op, q, k);
        OpGuard.RequireSameKind(Op, q, v);
        if (bias is not null)
        {
            OpGuard.RequireSameKind(Op, q, bias);
        }

        var call = AttentionCall.Create(q, k, v, options, bias);
        if (q.DType.IsHalfPrecision)
        {
            Tensor wide = ScaledDotProductAttention(
                Cast(q, DType.F32), Cast(k, DType.F32), Cast(v, DType.F32), options, bias is null ? null : Cast(bias, DType.F32));
            return Cast(wide, q.DType);
        }

        Tensor queries = AttentionCall.Rows(q), keys = AttentionCall.Rows(k), values = AttentionCall.Rows(v);
        Tensor? addend = bias is null ? null : AttentionCall.Rows(bias);
        Tensor output = call.Allocate(q.DType, call.QueryRows, call.Heads, call.ValueDim);
        bool wantsScores = Recorder.Wants(q) || Recorder.Wants(k) || (bias is not null && Recorder.Wants(bias));
        bool wantsAny = wantsScores || Recorder.Wants(v);
        Tensor? logSumExp = wantsAny ? Tensor.Empty(q.DType, new Shape(call.Batch, call.Heads, call.QueryRows)) : null;
        if (q.DType == DType.F64)
        {
            ScaledDotProductAttentionOp.Forward<double>(call, queries, keys, values, addend, output, logSumExp);
        }
        else
        {
            ScaledDotProductAttentionOp.Forward<float>(call, queries, keys, values, addend, output, logSumExp);
        }

        ReadOnlySpan<Tensor?> saved =
        [
            wantsAny ? queries : null, wantsAny ? keys : null, wantsScores ? values : null, wantsScores ? output : null, logSumExp,
            wantsAny ? addend : null,
        ];
        return bias is null
            ? Recorder.Finish(Op, output, [q, k, v], saved, ScaledDotProductAttentionOp.Backward, call)
            : Recorder.Finish(Op, output, [q, k, v, bias], saved, ScaledDotProductAttentionOp.Backward, call);
    }
}

[Op(Name)]
internal sealed class ScaledDotProductAttentionOp : OpDefinition
{
    public const string Name = "scaled_dot_product_attention";

    public override IEnumerable<OpSample> Samples =>
    [
        Sample("bidirectional", 2, 2, 2, 3, 5, 4, 3, AttentionOptions.Bidirectional),
        Sample("causal and grouped", 2, 4, 2, 5, 5, 4, 4, AttentionOptions.CausalOnly),
        Sample("causal after a prefix", 1, 2, 1, 2, 6, 17, 1, AttentionOptions.CausalOnly),
        Sample("causal window, soft-capped", 1, 2, 1, 6, 6, 3, 2, new AttentionOptions { Causal = true, SlidingWindow = 3, SoftCap = 1.5, Scale = 0.7 }),
        Sample("local window", 1, 1, 1, 6, 6, 3, 2, new AttentionOptions { SlidingWindow = 2 }),
        Sample("padded keys", 2, 2, 1, 3, 5, 4, 3, new AttentionOptions { KeyPadding = KeyPadding.FromRanges((1, 4), (3, 3)) }),
        Sample("own starts", 2, 1, 1, 3, 5, 4, 3, new AttentionOptions { Causal = true, QueryStarts = [-1, 1] }),
        Sample("bias for each head", 2, 2, 1, 3, 5, 4, 3, new AttentionOptions { Causal = true, SoftCap = 2 }, [1, 2, 3, 5]),
        Sample("bias for each sequence", 2, 2, 2, 3, 5, 4, 3, AttentionOptions.Bidirectional, [2, 1, 1, 5]),
        Packed("packed", [2, 0, 4], [2, 0, 4], new AttentionOptions { Causal = true }),
        Packed("packed with other keys", [1, 3], [5, 0], AttentionOptions.Bidirectional),
        Sample("no queries", 2, 2, 1, 0, 5, 4, 3, AttentionOptions.CausalOnly),
        Sample("no keys, empty", 2, 2, 1, 3, 0, 4, 3, AttentionOptions.Bidirectional),
        Sample("no sequences, empty", 0, 2, 1, 3, 5, 4, 3, AttentionOptions.Bidirectional),
    ];

    internal static void Forward<T>(AttentionCall call, Tensor q, Tensor k, Tensor v, Tensor? bias, Tensor output, Tensor? logSumExp)
        where T : unmanaged, INumberBase<T>
    {
        AttentionProblem<T> problem = call.Problem<T>(q, k, v, bias);
        if (problem is AttentionProblem<float> single && KernelTable<IAttentionKernel>.For(q.Device) is { } kernel)
        {
            kernel.Forward(single, call.View<float>(output), call.LogSumExpView<float>(logSumExp));
        }
        else
        {
            AttentionReference<T>.Forward(problem, call.View<T>(output), call.LogSumExpView<T>(logSumExp));
        }
    }

    internal static void Backward(BackwardContext context)
    {
        var call = context.State<AttentionCall>();
        if (context.Grad.DType == DType.F64)
        {
            Backward<double>(context, call);
        }
        else
        {
            Backward<float>(context, call);
        }
    }

    private static void Backward<T>(BackwardContext context, AttentionCall call)
        where T : unmanaged, INumberBase<T>
    {
        bool hasBias = context.InputCount == 4, needsScores = context.Needs(0) || context.Needs(1) || (hasBias && context.Needs(3));
        Tensor q = context.Saved(0), grad = AttentionCall.Rows(context.Grad);
        Tensor? dq = context.Needs(0) ? call.Allocate(q.DType, call.QueryRows, call.Heads, call.HeadDim) : null;
        Tensor? dk = context.Needs(1) ? call.Allocate(q.DType, call.KeyRows, call.KeyValueHeads, call.HeadDim) : null;
        Tensor? dv = context.Needs(2) ? call.Allocate(q.DType, call.KeyRows, call.KeyValueHeads, call.ValueDim) : null;
        Tensor? dBias = hasBias && context.Needs(3) ? Tensor.Zeros(q.DType, context.InputShape(3)) : null;

        // Only the gradient of v: neither v nor the output was saved, and neither is read.
        AttentionProblem<T> problem = call.Problem<T>(q, context.Saved(1), needsScores ? context.Saved(2) : null, hasBias ? context.Saved(5) : null);
        var gradients = new AttentionGradients<T>
        {
            Output = needsScores ? call.View<T>(context.Saved(3)) : default,
            LogSumExp = call.LogSumExpView<T>(context.Saved(4)),
            OutputGradient = call.View<T>(grad),
            QueryGradient = call.View<T>(dq),
            KeyGradient = call.View<T>(dk),
            ValueGradient = call.View<T>(dv),
            BiasGradient = call.BiasView<T>(dBias),
        };
        if ((problem, gradients) is (AttentionProblem<float> single, AttentionGradients<float> targets)
            && KernelTable<IAttentionKernel>.For(q.Device) is { } kernel)
        {
            kernel.Backward(single, targets);
        }
        else
        {
            AttentionReference<T>.Backward(problem, gradients);
        }

        ReadOnlySpan<Tensor?> results = [dq, dk, dv, dBias];
        for (int i = 0; i < results.Length; i++)
        {
            if (results[i] is { } result)
            {
                context.Set(i, result);
            }
        }
    }

    private static OpSample Sample(
        string name, int batch, int heads, int kvHeads, int queries, int keys, int headDim, int valueDim, AttentionOptions options, int[]? bias = null)
    {
        OpInput[] inputs = [new([batch, heads, queries, headDim]), new([batch, kvHeads, keys, headDim]), new([batch, kvHeads, keys, valueDim])];
        return new OpSample(
            name, bias is null ? inputs : [.. inputs, new OpInput(bias)],
            x => Ops.ScaledDotProductAttention(x[0], x[1], x[2], options, x.Length > 3 ? x[3] : null));
    }

    private static OpSample Packed(string name, ImmutableArray<int> queries, ImmutableArray<int> keys, AttentionOptions options)
    {
        PackedSequences from = PackedSequences.FromLengths(queries.AsSpan()), to = PackedSequences.FromLengths(keys.AsSpan());
        options = options with { Packed = PackedSequences.FromOffsets(from.QueryOffsets.AsSpan(), to.KeyOffsets.AsSpan()) };
        OpInput[] inputs = [new([from.QueryOffsets[^1], 4, 3]), new([to.KeyOffsets[^1], 2, 3]), new([to.KeyOffsets[^1], 2, 5])];
        return new OpSample(name, inputs, x => Ops.ScaledDotProductAttention(x[0], x[1], x[2], options));
    }
}
