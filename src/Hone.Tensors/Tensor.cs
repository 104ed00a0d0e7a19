using System.Diagnostics;
using System.Runtime.InteropServices;
using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;
using Hone.Tensors.Memory;

namespace Hone.Tensors;

/// <summary>An n-dimensional array on a device: a window with shape and strides on shared bytes, and, when gradients are recorded, the op that made it.</summary>
/// <remarks>
/// A tensor belongs to the innermost <see cref="TensorScope"/> open when it was made and is freed with it; outside any scope its maker disposes it.
/// Values are read by explicit calls (<see cref="ToArray{T}"/>, <see cref="Item"/>); everything else stays on the device.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public class Tensor : IDisposable
{
    private readonly Storage _storage;
    private readonly long[] _strides;
    private readonly long _offset;
    private string? _freedBy;

    internal Tensor(Storage storage, DType dtype, Shape shape, long[] strides, long offset)
    {
        _storage = storage;
        _strides = strides;
        _offset = offset;
        DType = dtype;
        Shape = shape;
        TensorScope.Adopt(this);
    }

    /// <summary>Dimensions, outermost first.</summary>
    public Shape Shape { get; }

    /// <summary>Element type.</summary>
    public DType DType { get; }

    /// <summary>Where the bytes live.</summary>
    public Device Device => _storage.Device;

    /// <summary>Number of dimensions.</summary>
    public int Rank => Shape.Rank;

    /// <summary>Number of elements.</summary>
    public long ElementCount => Shape.ElementCount;

    /// <summary>Elements to step over from one index to the next, for each dimension; 0 where a dimension is broadcast.</summary>
    public ReadOnlySpan<long> Strides => _strides;

    /// <summary>Whether the elements lie one after the other in row-major order.</summary>
    public bool IsContiguous => Strided.IsContiguous(Shape.Dimensions, _strides);

    /// <summary>Whether an op on this tensor records what its gradient needs.</summary>
    public virtual bool RequiresGrad => GradNode is not null;

    /// <summary>Whether the tensor was freed, by its scope or by <see cref="Dispose()"/>.</summary>
    public bool IsFreed => _freedBy is not null;

    /// <summary>The op that made this tensor, when gradients were being recorded.</summary>
    internal GraphNode? GradNode { get; set; }

    /// <summary>The scope that will free this tensor.</summary>
    internal TensorScope? Scope { get; set; }

    internal Storage Storage => IsFreed ? throw Freed() : _storage;

    internal long Offset => _offset;

    /// <summary>The strides without a copy; never written to.</summary>
    internal long[] StridesArray => _strides;

    /// <summary>Sum of two tensors, broadcast to a common shape.</summary>
    public static Tensor operator +(Tensor left, Tensor right) => Ops.Add(left, right);

    /// <summary>Difference of two tensors, broadcast to a common shape.</summary>
    public static Tensor operator -(Tensor left, Tensor right) => Ops.Subtract(left, right);

    /// <summary>Element-wise product of two tensors, broadcast to a common shape.</summary>
    public static Tensor operator *(Tensor left, Tensor right) => Ops.Multiply(left, right);

    /// <summary>Every element times <paramref name="right"/>.</summary>
    public static Tensor operator *(Tensor left, double right) => Ops.Scale(left, right);

    /// <summary>Every element times <paramref name="left"/>.</summary>
    public static Tensor operator *(double left, Tensor right) => Ops.Scale(right, left);

    /// <summary>Element-wise quotient of two tensors, broadcast to a common shape.</summary>
    public static Tensor operator /(Tensor left, Tensor right) => Ops.Divide(left, right);

    /// <summary>Every element with its sign changed.</summary>
    public static Tensor operator -(Tensor value) => Ops.Negate(value);

    /// <summary>A tensor of undefined content; whoever asks writes every element.</summary>
    internal static Tensor Empty(DType dtype, Shape shape) =>
        new(Storage.Rent(Math.Max(1, shape.ElementCount) * dtype.SizeBytes), dtype, shape, Strided.RowMajor(shape.Dimensions), 0);

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(DType dtype, params ReadOnlySpan<int> shape) => Zeros(dtype, new Shape(shape));

    /// <summary>A tensor of zeros.</summary>
    public static unsafe Tensor Zeros(DType dtype, Shape shape)
    {
        Tensor result = Empty(dtype, shape);
        NativeMemory.Clear(result.Address, (nuint)(shape.ElementCount * dtype.SizeBytes));
        return result;
    }

    /// <summary>A tensor whose elements are all <paramref name="value"/>, rounded to <paramref name="dtype"/>.</summary>
    public static Tensor Full(DType dtype, double value, params ReadOnlySpan<int> shape)
    {
        Tensor result = Empty(dtype, new Shape(shape));
        Strided.Fill(result, value);
        return result;
    }

    /// <summary>Copies <paramref name="values"/>, given in row-major order, into a new tensor.</summary>
    /// <exception cref="ShapeMismatchException">The number of values is not that of the shape.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> values, params ReadOnlySpan<int> shape)
        where T : unmanaged
    {
        var dimensions = new Shape(shape);
        if (dimensions.ElementCount != values.Length)
        {
            throw new ShapeMismatchException(
                "Tensor.From: the values do not fill the shape.",
                OpContext.Describe("from"),
                $"{values.Length} values for shape {dimensions}, which holds {dimensions.ElementCount}",
                "Give one value per element, or another shape.");
        }

        Tensor result = Empty(DTypeFacts.Of<T>(), dimensions);
        values.CopyTo(result.Span<T>());
        return result;
    }

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, ReadOnlySpan{int})"/>
    public static Tensor From<T>(T[] values, params ReadOnlySpan<int> shape)
        where T : unmanaged => From((ReadOnlySpan<T>)values, shape);

    /// <summary>A read-only tensor on bytes of a file, mapped into memory: nothing is read until it is used.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">First byte; must be a multiple of the element size.</param>
    /// <param name="dtype">Element type of the bytes.</param>
    /// <param name="shape">Shape, row-major.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bytes asked for do not lie inside the file.</exception>
    public static Tensor MapFile(string path, long offset, DType dtype, params ReadOnlySpan<int> shape)
    {
        var dimensions = new Shape(shape);
        var block = new MappedBlock(path, offset, Math.Max(1, dimensions.ElementCount) * dtype.SizeBytes);
        return new Tensor(new Storage(block, Device.Cpu), dtype, dimensions, Strided.RowMajor(dimensions.Dimensions), 0);
    }

    /// <summary>The elements in row-major order, copied to an array.</summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is not the element type.</exception>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        RequireElementType<T>();
        var values = new T[ElementCount];
        using var scope = TensorScope.Begin("to_array");
        Strided.Contiguous(this).Span<T>().CopyTo(values);
        return values;
    }

    /// <summary>The elements in row-major order without a copy; valid while the tensor lives.</summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is not the element type.</exception>
    /// <exception cref="InvalidOperationException">The elements do not lie one behind the other.</exception>
    public ReadOnlySpan<T> Read<T>()
        where T : unmanaged
    {
        RequireElementType<T>();
        return IsContiguous ? Span<T>() : throw new InvalidOperationException($"read: {this} is a strided view; copy it with ToArray.");
    }

    /// <summary>Bytes of the elements in row-major order without a copy, as a file stores them; valid while the tensor lives.</summary>
    /// <param name="offset">First byte, counted from the first element.</param>
    /// <param name="count">Bytes wanted; less than 2^31, so that a larger tensor is read in pieces.</param>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has fewer bytes.</exception>
    /// <exception cref="InvalidOperationException">The elements do not lie one behind the other.</exception>
    public unsafe ReadOnlySpan<byte> ReadBytes(long offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, ElementCount * DType.SizeBytes - count);
        return IsContiguous ? new ReadOnlySpan<byte>(Address + offset, count) : throw new InvalidOperationException($"read_bytes: {this} is a strided view; copy it with ToArray.");
    }

    /// <summary>The elements in row-major order as f64, whatever the element type.</summary>
    public double[] ToDoubles()
    {
        using var scope = TensorScope.Begin("to_doubles");
        return Strided.Cast(this, DType.F64).ToArray<double>();
    }

    /// <summary>The value of a tensor with one element.</summary>
    /// <exception cref="ShapeMismatchException">The tensor has more or fewer elements.</exception>
    public double Item()
    {
        if (ElementCount != 1)
        {
            throw new ShapeMismatchException(
                "Item: only a tensor with one element has one value.",
                OpContext.Describe("item"),
                $"shape {Shape} with {ElementCount} elements",
                "Reduce it first (Sum, Mean) or read all values with ToArray.");
        }

        return ToDoubles()[0];
    }

    /// <summary>Overwrites all elements with those of <paramref name="source"/>, converted to this tensor's type.</summary>
    /// <remarks>Not recorded: a graph that saved this tensor reports the damage when its gradient is asked for.</remarks>
    /// <exception cref="ShapeMismatchException">The shapes differ.</exception>
    public void CopyFrom(Tensor source)
    {
        if (source.Shape != Shape)
        {
            throw new ShapeMismatchException("CopyFrom: the shapes differ.", OpContext.Describe("copy_from"), $"target {Shape}, source {source.Shape}", "Reshape or expand the source first.");
        }

        Strided.Copy(source, this);
        MarkWritten();
    }

    /// <summary>Sets every element to <paramref name="value"/>; not recorded.</summary>
    public void Fill(double value)
    {
        Strided.Fill(this, value);
        MarkWritten();
    }

    /// <summary>The same values without the graph that made them; shares the bytes.</summary>
    public Tensor Detach() => View(Shape, _strides, _offset);

    /// <summary>Takes the tensor out of the scope that would free it and gives it to the enclosing scope, if any.</summary>
    /// <returns>This tensor.</returns>
    public Tensor Keep()
    {
        TensorScope.Release(this);
        return this;
    }

    /// <summary>Backpropagates from this scalar: adds the gradient of each <see cref="Parameter"/> it depends on to <see cref="Parameter.Grad"/>.</summary>
    /// <exception cref="AutogradException">The tensor is not a scalar, has no recorded graph, or its graph was used already.</exception>
    public void Backward() => BackwardPass.Run(this, seed: null);

    /// <summary>Backpropagates from this tensor with the gradient <paramref name="gradient"/> of the same shape.</summary>
    /// <inheritdoc cref="Backward()"/>
    public void Backward(Tensor gradient) => BackwardPass.Run(this, gradient);

    /// <summary>Frees the tensor now; views of it and graph nodes that saved it keep their bytes.</summary>
    public void Dispose()
    {
        Free("Dispose");
        GC.SuppressFinalize(this);
    }

    /// <summary><c>f32 [2, 3]</c>.</summary>
    public override string ToString() => $"{DType.Name} {Shape}{(IsFreed ? " (freed)" : string.Empty)}";

    /// <summary>First element's address; valid while the tensor lives.</summary>
    internal unsafe byte* Address => Storage.Address + (_offset * DType.SizeBytes);

    /// <summary>First element's address as <typeparamref name="T"/>, which must be the element type.</summary>
    internal unsafe T* Pointer<T>()
        where T : unmanaged
    {
        RequireElementType<T>();
        return (T*)Address;
    }

    /// <summary>All elements; only for a contiguous tensor of fewer than 2^31 elements.</summary>
    internal unsafe Span<T> Span<T>()
        where T : unmanaged
    {
        RequireElementType<T>();
        Debug.Assert(IsContiguous, "only contiguous tensors are spans");
        return new Span<T>(Address, checked((int)ElementCount));
    }

    /// <summary>Another window on the same bytes, without a graph.</summary>
    internal Tensor View(Shape shape, long[] strides, long offset)
    {
        Storage.Hold();
        return new Tensor(_storage, DType, shape, strides, offset);
    }

    internal void MarkWritten() => Storage.Version++;

    internal void Free(string by)
    {
        if (_freedBy is null)
        {
            _freedBy = by;
            GradNode?.LetGo();
            GradNode = null;
            _storage.LetGo();
        }
    }

    private TensorFreedException Freed() => new(
        "A tensor was used after it was freed.",
        OpContext.Describe("access"),
        $"{DType.Name} {Shape}, freed by {(_freedBy == "Dispose" ? "Dispose" : $"the end of scope '{_freedBy}'")}",
        "Call Keep() on a tensor that must outlive its scope, or read its values inside the scope.");

    private void RequireElementType<T>()
        where T : unmanaged
    {
        if (DTypeFacts.Of<T>() != DType)
        {
            throw new ArgumentException($"The tensor's elements are {DType.Name}, not {DTypeFacts.Of<T>().Name}; cast it first or ask for its own type.");
        }
    }
}
