using System.Runtime.CompilerServices;
using Hone.Core.Random;

namespace Hone.Tensors.Tests.Ops;

/// <summary>Builds the tensors of a sample call from a seed, in a float type and layout.</summary>
internal static class SampleInputs
{
    private static readonly ConditionalWeakTable<Tensor[], List<Parameter>> s_leaves = [];

    /// <summary>Views of parameters for differentiable inputs when <paramref name="trainable"/>, plain tensors otherwise.</summary>
    public static Tensor[] Build(OpSample sample, DType dtype, Layout layout, bool trainable)
    {
        var inputs = new Tensor[sample.Inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            OpInput input = sample.Inputs[i];
            Tensor values = Values(input, dtype, layout, new RandomStream(1, $"input {i}"));
            if (trainable && input.IsDifferentiable && input.Fixed is null)
            {
                var leaf = new Parameter(Strided.Clone(values), $"input {i}");
                Leaves(inputs).Add(leaf);
                inputs[i] = Arrange(leaf, layout);
            }
            else
            {
                inputs[i] = Rearrange(values, layout);
            }
        }

        return inputs;
    }

    /// <summary>The same inputs with the values of one parameter replaced.</summary>
    public static Tensor[] Rebuild(OpSample sample, Tensor[] inputs, Layout layout, int leaf, double[] values)
    {
        Tensor[] changed = [.. inputs];
        int seen = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            if (sample.Inputs[i].IsDifferentiable && sample.Inputs[i].Fixed is null && seen++ == leaf)
            {
                changed[i] = Arrange(Tensor.From(values, sample.Inputs[i].Shape), layout);
            }
        }

        return changed;
    }

    /// <summary>The parameters behind the inputs of a call built as trainable.</summary>
    public static List<Parameter> Leaves(Tensor[] inputs) => s_leaves.GetOrCreateValue(inputs);

    private static Tensor Values(OpInput input, DType dtype, Layout layout, RandomStream random)
    {
        int[] shape = input.Shape;
        bool repeats = layout == Layout.Broadcast && shape.Length > 0 && shape[0] > 1;
        int[] drawn = repeats ? [1, .. shape[1..]] : shape;
        var values = new double[new Shape(drawn.AsSpan()).ElementCount];
        for (int i = 0; i < values.Length; i++)
        {
            double unit = random.NextDouble();
            values[i] = input.Fixed is null ? input.Low + ((input.High - input.Low) * unit) : Math.Floor(input.Low + ((input.High - input.Low) * unit));
        }

        // Values that f32 holds exactly, so that f32 and f64 runs see the same inputs.
        Tensor exact = input.Fixed is null ? Strided.Cast(Strided.Cast(Tensor.From(values, drawn), DType.F32), dtype) : Strided.Cast(Tensor.From(values, drawn), input.Fixed.Value);
        Tensor full = repeats ? exact.View(new Shape(shape.AsSpan()), Strided.BroadcastStrides(exact, new Shape(shape.AsSpan())), exact.Offset) : exact;
        return full;
    }

    /// <summary>The same values with every dimension reversed in memory and gaps between elements.</summary>
    private static Tensor Rearrange(Tensor x, Layout layout)
    {
        if (layout != Layout.Strided || x.Rank == 0)
        {
            return x;
        }

        int[] reversed = x.Shape.Dimensions.ToArray().Reverse().ToArray();
        int[] padded = reversed.Select(size => (2 * size) + 1).ToArray();
        Tensor storage = Tensor.Zeros(x.DType, padded);
        Tensor window = storage;
        for (int d = 0; d < reversed.Length; d++)
        {
            window = Hone.Tensors.Ops.Slice(window, d, reversed[d] == 0 ? 0 : 1, reversed[d], 2);
        }

        Tensor view = Hone.Tensors.Ops.Permute(window, Enumerable.Range(0, x.Rank).Reverse().ToArray());
        Strided.Copy(x, view);
        return view;
    }

    private static Tensor Arrange(Tensor leaf, Layout layout)
    {
        if (leaf.Rank == 0 || layout == Layout.Contiguous)
        {
            return leaf;
        }

        if (layout == Layout.Broadcast)
        {
            // The parameter holds all rows; the op sees its first row repeated.
            return leaf.Shape[0] > 1 ? Hone.Tensors.Ops.Expand(Hone.Tensors.Ops.Slice(leaf, 0, 0, 1), leaf.Shape.Dimensions) : leaf;
        }

        // A transposed and gapped view of the same values: join the reversed tensor with zeros along a new last dimension, then walk back.
        int rank = leaf.Rank;
        int[] reverse = Enumerable.Range(0, rank).Reverse().ToArray();
        Tensor reversed = Hone.Tensors.Ops.Permute(leaf, reverse);
        Tensor gapped = Hone.Tensors.Ops.Stack([reversed, Tensor.Zeros(leaf.DType, reversed.Shape)], rank);
        Tensor picked = Hone.Tensors.Ops.Slice(gapped, rank, 0, 1);
        int[] order = [.. reverse, rank];
        Tensor back = Hone.Tensors.Ops.Permute(picked, order);
        long[] strides = back.Strides[..rank].ToArray();
        Tensor view = back.View(leaf.Shape, strides, back.Offset);
        return Hone.Tensors.Autograd.Recorder.Finish("gapped", view, [leaf], [], static context => context.Set(0, Strided.Contiguous(context.Grad)));
    }
}
