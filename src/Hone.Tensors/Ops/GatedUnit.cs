using System.Numerics;
using Hone.Tensors.Autograd;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Reference;

namespace Hone.Tensors;

/// <summary>What the gated linear units share: rows of gate and up, in two tensors or as the halves of one.</summary>
internal static unsafe class GatedUnit
{
    /// <summary><c>f(gate)·up</c>.</summary>
    public static Tensor Apply(string op, GatedActivation activation, Tensor gate, Tensor up)
    {
        OpGuard.RequireFloat(op, gate);
        OpGuard.RequireSameKind(op, gate, up);
        OpGuard.RequireShape(op, gate.Shape == up.Shape, "gate and up must have one shape.", $"gate {gate}, up {up}", "Both are [..., intermediate].");
        if (gate.DType.IsHalfPrecision)
        {
            return Ops.Cast(Apply(op, activation, Ops.Cast(gate, DType.F32), Ops.Cast(up, DType.F32)), gate.DType);
        }

        Tensor g = Strided.Contiguous(gate), u = Strided.Contiguous(up), y = OfTwo(activation, g, u);
        bool wants = Recorder.Wants(gate) || Recorder.Wants(up);
        return Recorder.Finish(
            op, y, [gate, up], [wants ? g : null, wants ? u : null], BackwardOfTwo, new State(activation),
            static node => OfTwo(((State)node.State!).Activation, node.Saved(0).Open(node.Op), node.Saved(1).Open(node.Op))); // Apply gave a state
    }

    /// <summary><c>f(gate)·up</c> with gate and up as the halves of the last dimension.</summary>
    public static Tensor Apply(string op, GatedActivation activation, Tensor gateUp)
    {
        OpGuard.RequireFloat(op, gateUp);
        OpGuard.RequireShape(op, gateUp.Rank >= 1 && gateUp.Shape[-1] % 2 == 0, "the last dimension must hold gate and up.", $"input {gateUp}", "It is [..., 2·intermediate].");
        if (gateUp.DType.IsHalfPrecision)
        {
            return Ops.Cast(Apply(op, activation, Ops.Cast(gateUp, DType.F32)), gateUp.DType);
        }

        int columns = gateUp.Shape[-1] / 2;
        Tensor packed = Strided.Contiguous(gateUp), y = Tensor.Empty(gateUp.DType, gateUp.Shape.With(gateUp.Rank - 1, columns));
        Forward(activation, new Halves(packed, 0, packed, columns, 2L * columns), y, Rows(y, columns));
        return Recorder.Finish(op, y, [gateUp], [Recorder.Wants(gateUp) ? packed : null], BackwardOfPacked, new State(activation));
    }

    /// <summary>Calls that cover both forms.</summary>
    public static IEnumerable<OpSample> Samples(Func<Tensor[], Tensor> two, Func<Tensor[], Tensor> packed)
    {
        yield return new("two", [new OpInput([3, 17], -4, 4), new OpInput([3, 17])], two) { RelativeTolerance = 4e-6 };
        yield return new("two, vector", [new OpInput([33]), new OpInput([33])], two) { RelativeTolerance = 4e-6 };
        yield return new("packed", [new OpInput([2, 3, 14], -4, 4)], packed) { RelativeTolerance = 4e-6 };
        yield return new("packed, many rows", [new OpInput([37, 2])], packed) { RelativeTolerance = 4e-6 };
        yield return new("no rows", [new OpInput([0, 4])], packed);
        yield return new("no columns", [new OpInput([3, 0]), new OpInput([3, 0])], two);
    }

    private static Tensor OfTwo(GatedActivation activation, Tensor gate, Tensor up)
    {
        Tensor y = Tensor.Empty(gate.DType, gate.Shape);
        Forward(activation, new Halves(gate, 0, up, 0, gate.ElementCount), y, 1);
        return y;
    }

    private static long Rows(Tensor y, int columns) => columns == 0 ? 0 : y.ElementCount / columns;

    private static void Forward(GatedActivation activation, in Halves halves, Tensor y, long rows)
    {
        if (y.DType == DType.F64)
        {
            ForwardReference<double>(activation, halves, y, rows);
        }
        else if (KernelTable<IGatedActivationKernel>.For(y.Device) is { } kernel)
        {
            long columns = rows == 0 ? 0 : y.ElementCount / rows;
            (long count, long width) = Divide(rows, columns);
            long stride = width == columns ? halves.Stride : width;
            kernel.Forward(activation, halves.Gate<float>(), stride, halves.Up<float>(), stride, y.Pointer<float>(), count, width);
        }
        else
        {
            ForwardReference<float>(activation, halves, y, rows);
        }
    }

    // One long row could not be shared among threads; any division of it into rows is as good. Odd lengths are small or rare.
    private static (long Rows, long Columns) Divide(long rows, long columns)
    {
        const long Width = 1_024;
        return rows == 1 && columns % Width == 0 ? (columns / Width, Width) : (rows, columns);
    }

    private static void ForwardReference<T>(GatedActivation activation, in Halves halves, Tensor y, long rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int columns = rows == 0 ? 0 : (int)(y.ElementCount / rows);
        for (long row = 0; row < rows; row++)
        {
            ActivationReference.GatedForward<T>(
                activation,
                new ReadOnlySpan<T>(halves.Gate<T>() + (row * halves.Stride), columns),
                new ReadOnlySpan<T>(halves.Up<T>() + (row * halves.Stride), columns),
                y.Span<T>().Slice((int)row * columns, columns));
        }
    }

    private static void BackwardOfTwo(BackwardContext context)
    {
        Tensor gate = context.Saved(0);
        Tensor? dGate = context.Needs(0) ? Tensor.Empty(gate.DType, gate.Shape) : null;
        Tensor? dUp = context.Needs(1) ? Tensor.Empty(gate.DType, gate.Shape) : null;

        // The kernel makes both gradients in one pass; the one that nobody wants lands in scratch, and up then stands for itself.
        Tensor up = dGate is null ? gate : context.Saved(1);
        var inputs = new Halves(gate, 0, up, 0, gate.ElementCount);
        var targets = new Halves(dGate ?? Tensor.Empty(gate.DType, gate.Shape), 0, dUp ?? Tensor.Empty(gate.DType, gate.Shape), 0, gate.ElementCount);
        Backward(context.State<State>().Activation, inputs, Strided.Contiguous(context.Grad), targets, 1);
        if (dGate is not null)
        {
            context.Set(0, dGate);
        }

        if (dUp is not null)
        {
            context.Set(1, dUp);
        }
    }

    private static void BackwardOfPacked(BackwardContext context)
    {
        Tensor packed = context.Saved(0), g = Strided.Contiguous(context.Grad), dPacked = Tensor.Empty(packed.DType, packed.Shape);
        int columns = g.Shape[-1];
        Backward(
            context.State<State>().Activation, new Halves(packed, 0, packed, columns, 2L * columns), g, new Halves(dPacked, 0, dPacked, columns, 2L * columns), Rows(g, columns));
        context.Set(0, dPacked);
    }

    private static void Backward(GatedActivation activation, in Halves inputs, Tensor g, in Halves targets, long rows)
    {
        if (g.DType == DType.F64)
        {
            BackwardReference<double>(activation, inputs, g, targets, rows);
        }
        else if (KernelTable<IGatedActivationKernel>.For(g.Device) is { } kernel)
        {
            long columns = rows == 0 ? 0 : g.ElementCount / rows;
            (long count, long width) = Divide(rows, columns);
            long stride = width == columns ? inputs.Stride : width;
            kernel.Backward(
                activation, inputs.Gate<float>(), stride, inputs.Up<float>(), stride, g.Pointer<float>(), targets.Gate<float>(), stride, targets.Up<float>(), stride, count, width);
        }
        else
        {
            BackwardReference<float>(activation, inputs, g, targets, rows);
        }
    }

    private static void BackwardReference<T>(GatedActivation activation, in Halves inputs, Tensor g, in Halves targets, long rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int columns = rows == 0 ? 0 : (int)(g.ElementCount / rows);
        for (long row = 0; row < rows; row++)
        {
            long at = row * inputs.Stride;
            ActivationReference.GatedBackward<T>(
                activation,
                new ReadOnlySpan<T>(inputs.Gate<T>() + at, columns),
                new ReadOnlySpan<T>(inputs.Up<T>() + at, columns),
                g.Span<T>().Slice((int)row * columns, columns),
                new Span<T>(targets.Gate<T>() + at, columns),
                new Span<T>(targets.Up<T>() + at, columns));
        }
    }

    /// <summary>Where the rows of gate and up lie, with one stride for both.</summary>
    private readonly ref struct Halves(Tensor gate, long gateOffset, Tensor up, long upOffset, long stride)
    {
        public long Stride { get; } = stride;

        public T* Gate<T>()
            where T : unmanaged => gate.Pointer<T>() + gateOffset;

        public T* Up<T>()
            where T : unmanaged => up.Pointer<T>() + upOffset;
    }

    private sealed record State(GatedActivation Activation);
}
