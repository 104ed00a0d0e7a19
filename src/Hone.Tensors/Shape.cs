namespace Hone.Tensors;

/// <summary>Dimensions of a tensor, outermost first; immutable. A scalar has rank 0 and one element.</summary>
public readonly struct Shape : IEquatable<Shape>
{
    private readonly int[]? _dimensions;

    /// <summary>Creates a shape from its dimensions, each at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is negative.</exception>
    public Shape(params ReadOnlySpan<int> dimensions)
        : this(dimensions.ToArray())
    {
        foreach (int dimension in dimensions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(dimensions));
        }
    }

    private Shape(int[] dimensions)
    {
        _dimensions = dimensions;
        long count = 1;
        foreach (int dimension in dimensions)
        {
            count = checked(count * dimension);
        }

        ElementCount = count;
    }

    /// <summary>The shape of a scalar.</summary>
    public static Shape Scalar { get; } = new([]);

    /// <summary>Number of dimensions.</summary>
    public int Rank => _dimensions?.Length ?? 0;

    /// <summary>Product of the dimensions; 1 for a scalar, 0 when any dimension is 0.</summary>
    public long ElementCount { get; }

    /// <summary>The dimensions, outermost first.</summary>
    public ReadOnlySpan<int> Dimensions => _dimensions;

    /// <summary>Size of one dimension; negative counts from the end (−1 is the last).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The shape has no such dimension.</exception>
    public int this[int dimension] => Dimensions[Normalize(dimension)];

    /// <summary>Whether all dimensions are equal.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Whether any dimension differs.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>Turns a dimension that may count from the end into one in [0, <see cref="Rank"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The shape has no such dimension.</exception>
    public int Normalize(int dimension)
    {
        int normal = dimension < 0 ? dimension + Rank : dimension;
        if ((uint)normal >= (uint)Rank)
        {
            throw new ArgumentOutOfRangeException(nameof(dimension), dimension, $"Shape {this} has {Rank} dimensions; give one from {-Rank} to {Rank - 1}.");
        }

        return normal;
    }

    /// <summary>The shape with dimension <paramref name="dimension"/> replaced.</summary>
    public Shape With(int dimension, int size)
    {
        int[] changed = Dimensions.ToArray();
        changed[Normalize(dimension)] = size;
        return new Shape((ReadOnlySpan<int>)changed);
    }

    /// <summary>The shape two operands broadcast to, by NumPy's rule: aligned at the last dimension, sizes equal or 1.</summary>
    /// <returns><see langword="null"/> when they do not fit.</returns>
    public static Shape? Broadcast(Shape left, Shape right)
    {
        if (left == right)
        {
            return left;
        }

        int rank = Math.Max(left.Rank, right.Rank);
        int[] result = new int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int l = i <= left.Rank ? left[-i] : 1;
            int r = i <= right.Rank ? right[-i] : 1;
            if (l != r && l != 1 && r != 1)
            {
                return null;
            }

            result[rank - i] = l == 1 ? r : l;
        }

        return new Shape(result);
    }

    /// <inheritdoc/>
    public bool Equals(Shape other) => Dimensions.SequenceEqual(other.Dimensions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (int dimension in Dimensions)
        {
            hash.Add(dimension);
        }

        return hash.ToHashCode();
    }

    /// <summary><c>[4, 128, 576]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", Dimensions.ToArray())}]";
}
