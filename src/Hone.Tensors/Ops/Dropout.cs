using System.Numerics;
using Hone.Core.Random;
using Hone.Tensors.Autograd;

namespace Hone.Tensors;

/// <content>The op <c>dropout</c>.</content>
public static partial class Ops
{
    /// <summary>Sets a random part of the elements to zero and scales the others so that the expectation stays.</summary>
    /// <param name="x">Any shape and floating-point type.</param>
    /// <param name="probability">Probability of becoming zero, in [0, 1).</param>
    /// <param name="random">Stream that decides; advanced by the number of elements. The mask is computed again in the backward pass, not stored.</param>
    /// <remarks><c>y = x·m/(1 − p) with m ~ Bernoulli(1 − p), dx = g·m/(1 − p)</c>. Source: Srivastava et al. 2014, section 4 (inverted form).</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="probability"/> is outside [0, 1).</exception>
    public static Tensor Dropout(Tensor x, double probability, RandomStream random)
    {
        OpGuard.RequireFloat("dropout", x);
        if (!(probability >= 0 && probability < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "dropout: the probability must be at least 0 and below 1.");
        }

        if (probability == 0)
        {
            return x;
        }

        if (x.DType.IsHalfPrecision)
        {
            return Cast(Dropout(Cast(x, DType.F32), probability, random), x.DType);
        }

        RandomState state = random.State;
        random.Position += (ulong)x.ElementCount;
        Tensor y = DropoutOp.Masked(x, probability, state);
        return Recorder.Finish("dropout", y, [x], [], static context =>
        {
            var (probability, state) = context.State<(double, RandomState)>();
            context.Set(0, DropoutOp.Masked(context.Grad, probability, state));
        }, (probability, state));
    }
}

[Op("dropout")]
internal sealed class DropoutOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("a third", [new OpInput([5, 17])], inputs => Ops.Dropout(inputs[0], 0.3, new RandomStream(7, "dropout"))),
        new("none", [new OpInput([3])], inputs => Ops.Dropout(inputs[0], 0, new RandomStream(7, "dropout"))),
        new("empty", [new OpInput([0, 3])], inputs => Ops.Dropout(inputs[0], 0.5, new RandomStream(7, "dropout"))),
    ];

    internal static Tensor Masked(Tensor x, double probability, RandomState state)
    {
        Tensor source = Strided.Contiguous(x);
        Tensor y = Tensor.Empty(x.DType, x.Shape);
        if (x.DType == DType.F64)
        {
            Mask<double>(source, y, probability, state);
        }
        else
        {
            Mask<float>(source, y, probability, state);
        }

        return y;
    }

    private static unsafe void Mask<T>(Tensor source, Tensor y, double probability, RandomState state)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* from = source.Pointer<T>();
        T* to = y.Pointer<T>();
        float threshold = (float)probability;
        T scale = T.CreateTruncating(1 / (1 - probability));
        Threading.ComputeThreads.ForRange(source.ElementCount, 1 << 13, (begin, end) =>
        {
            var stream = new RandomStream(state with { Position = state.Position + (ulong)begin }); // reads a block once for its four words
            for (long i = begin; i < end; i++)
            {
                to[i] = stream.NextSingle() < threshold ? T.Zero : from[i] * scale;
            }
        });
    }
}
