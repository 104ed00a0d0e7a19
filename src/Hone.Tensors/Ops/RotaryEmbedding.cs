using System.Numerics;
using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Reference;

namespace Hone.Tensors;

/// <content>The op <c>rotary_embedding</c>.</content>
public static partial class Ops
{
    /// <summary>Turns pairs of elements of every head by angles that grow with the token's position.</summary>
    /// <param name="x"><c>[batch, heads, tokens, headDim]</c>, or packed <c>[tokens, heads, headDim]</c>; any floating-point type.</param>
    /// <param name="positions">i32 <c>[batch, tokens]</c>, or <c>[tokens]</c> for all sequences and for packed tokens.</param>
    /// <param name="cos">f32 <c>[positions, rotaryDim/2]</c>; head elements from rotaryDim on are copied.</param>
    /// <param name="sin">f32, of the shape of <paramref name="cos"/>.</param>
    /// <param name="layout">Which elements form pairs.</param>
    /// <returns>A tensor of the shape and type of <paramref name="x"/>.</returns>
    /// <remarks><c>y = (a·cos − b·sin, b·cos + a·sin) for each pair (a, b); dx = the turn back of g</c>, so only positions and tables are kept. Source: Su et al., arXiv:2104.09864, section 3.4.</remarks>
    /// <exception cref="ShapeMismatchException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A position lies outside the tables.</exception>
    public static Tensor RotaryEmbedding(Tensor x, Tensor positions, Tensor cos, Tensor sin, RotaryLayout layout = RotaryLayout.HalfSplit)
    {
        const string Op = "rotary_embedding";
        OpGuard.RequireFloat(Op, x);
        OpGuard.RequireDType(Op, positions, DType.I32, "the positions");
        OpGuard.RequireDType(Op, cos, DType.F32, "the cosine table");
        OpGuard.RequireDType(Op, sin, DType.F32, "the sine table");
        OpGuard.RequireShape(Op, x.Rank is 3 or 4, "heads come in three or four dimensions.", $"x {x}", "It is [batch, heads, tokens, headDim] or [tokens, heads, headDim].");
        OpGuard.RequireShape(Op, cos.Rank == 2 && cos.Shape == sin.Shape && 2 * cos.Shape[1] <= x.Shape[-1], "the tables do not fit the heads.", $"x {x}, cos {cos}, sin {sin}", "Both are [positions, rotaryDim / 2] with rotaryDim at most headDim.");
        int tokens = x.Shape[x.Rank == 4 ? 2 : 0], batch = x.Rank == 4 ? x.Shape[0] : 1;
        bool isShared = positions.Rank == 1;
        OpGuard.RequireShape(
            Op, isShared ? positions.Shape[0] == tokens : positions.Rank == 2 && x.Rank == 4 && positions.Shape == new Shape(batch, tokens),
            "there must be one position per token.", $"x {x}, positions {positions}", "Positions are [batch, tokens] or [tokens].");
        if (x.DType.IsHalfPrecision)
        {
            return Cast(RotaryEmbedding(Cast(x, DType.F32), positions, cos, sin, layout), x.DType);
        }

        int[] places = positions.ToArray<int>();
        var state = new RotaryEmbeddingOp.State(isShared && batch != 1 ? [.. Enumerable.Range(0, batch).SelectMany(_ => places)] : places, layout);
        Tensor c = Strided.Contiguous(cos), s = Strided.Contiguous(sin);
        Tensor y = RotaryEmbeddingOp.Rotate(x, c, s, state, isBackward: false);
        return Recorder.Finish(Op, y, [x], Recorder.Wants(x) ? [c, s] : [], static context =>
            context.Set(0, RotaryEmbeddingOp.Rotate(context.Grad, context.Saved(0), context.Saved(1), context.State<RotaryEmbeddingOp.State>(), isBackward: true)), state);
    }
}

[Op("rotary_embedding")]
internal sealed unsafe class RotaryEmbeddingOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        Sample("half-split", [2, 3, 5, 8], [2, 5], 4, RotaryLayout.HalfSplit),
        Sample("half-split, partial", [1, 2, 3, 18], [3], 6, RotaryLayout.HalfSplit),
        Sample("interleaved", [2, 1, 4, 34], [4], 17, RotaryLayout.Interleaved),
        Sample("packed", [7, 2, 16], [7], 8, RotaryLayout.HalfSplit),
        Sample("no tokens", [2, 2, 0, 4], [2, 0], 2, RotaryLayout.HalfSplit),
    ];

    /// <summary>The heads turned, in a contiguous tensor.</summary>
    internal static Tensor Rotate(Tensor x, Tensor cos, Tensor sin, State state, bool isBackward)
    {
        Tensor source = x.Strides[^1] == 1 || x.Shape[-1] == 1 ? x : Strided.Contiguous(x);
        Tensor y = Tensor.Empty(x.DType, x.Shape);
        bool isPacked = x.Rank == 3;
        var rows = new RotaryRows
        {
            Batch = isPacked ? 1 : x.Shape[0],
            Tokens = x.Shape[isPacked ? 0 : 2],
            Heads = x.Shape[1],
            HeadDim = x.Shape[-1],
            RotaryDim = 2 * cos.Shape[1],
            Layout = state.Layout,
            TablePositions = cos.Shape[0],
            SourceStrides = StridesOf(source),
            TargetStrides = StridesOf(y),
        };
        if (x.DType == DType.F32 && KernelTable<IRotaryKernel>.For(x.Device) is { } kernel)
        {
            fixed (int* positions = state.Positions)
            {
                kernel.Rotate(rows, source.Pointer<float>(), y.Pointer<float>(), positions, cos.Pointer<float>(), sin.Pointer<float>(), isBackward);
            }
        }
        else if (x.DType == DType.F32)
        {
            Reference<float>(rows, source, cos, sin, state, y, isBackward);
        }
        else
        {
            Reference<double>(rows, source, Strided.Cast(cos, DType.F64), Strided.Cast(sin, DType.F64), state, y, isBackward);
        }

        return y;
    }

    private static void Reference<T>(RotaryRows rows, Tensor source, Tensor cos, Tensor sin, State state, Tensor y, bool isBackward)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Tensor contiguous = Strided.Contiguous(source);
        RotaryReference.Rotate<T>(rows with { SourceStrides = StridesOf(contiguous) }, contiguous.Span<T>(), y.Span<T>(), state.Positions, cos.Span<T>(), sin.Span<T>(), isBackward);
    }

    private static (long Batch, long Token, long Head) StridesOf(Tensor x) =>
        x.Rank == 3 ? (0, x.Strides[0], x.Strides[1]) : (x.Strides[0], x.Strides[2], x.Strides[1]);

    private static OpSample Sample(string name, int[] shape, int[] positions, int half, RotaryLayout layout)
    {
        const int TablePositions = 6;
        return new(name, [new OpInput(shape), OpInput.Indices(positions, 0, TablePositions, DType.I32)], x =>
        {
            // Frequencies 100^(−i/half): the usual form with a small base.
            float[] angles = [.. Enumerable.Range(0, TablePositions * half).Select(i => (i / half) * MathF.Pow(100, -(i % half) / (float)half))];
            Tensor cos = Tensor.From(Array.ConvertAll(angles, MathF.Cos), TablePositions, half), sin = Tensor.From(Array.ConvertAll(angles, MathF.Sin), TablePositions, half);
            return Ops.RotaryEmbedding(x[0], x[1], cos, sin, layout);
        });
    }

    internal sealed record State(int[] Positions, RotaryLayout Layout);
}
