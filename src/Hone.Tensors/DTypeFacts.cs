namespace Hone.Tensors;

/// <summary>Sizes, names and CLR types of <see cref="DType"/> values.</summary>
public static class DTypeFacts
{
    extension(DType dtype)
    {
        /// <summary>Bytes of one element.</summary>
        public int SizeBytes => dtype switch
        {
            DType.F64 or DType.I64 => 8,
            DType.F32 or DType.I32 => 4,
            DType.BF16 or DType.F16 => 2,
            _ => 1,
        };

        /// <summary>Whether the type is one of the four floating-point types, the only ones that carry gradients.</summary>
        public bool IsFloatingPoint => dtype is DType.F64 or DType.F32 or DType.BF16 or DType.F16;

        /// <summary>Whether the type is bf16 or f16, which are stored but computed in f32.</summary>
        public bool IsHalfPrecision => dtype is DType.BF16 or DType.F16;

        /// <summary>Lower-case name as recipes and tables write it: <c>f32</c>, <c>bf16</c>, …</summary>
        public string Name => dtype.ToString().ToLowerInvariant();
    }

    /// <summary>The dtype whose elements are of CLR type <typeparamref name="T"/>.</summary>
    /// <exception cref="ArgumentException">No dtype has elements of that type.</exception>
    public static DType Of<T>()
        where T : unmanaged =>
        typeof(T) == typeof(float) ? DType.F32
        : typeof(T) == typeof(double) ? DType.F64
        : typeof(T) == typeof(BFloat16) ? DType.BF16
        : typeof(T) == typeof(Half) ? DType.F16
        : typeof(T) == typeof(long) ? DType.I64
        : typeof(T) == typeof(int) ? DType.I32
        : typeof(T) == typeof(byte) ? DType.U8
        : typeof(T) == typeof(bool) ? DType.Bool
        : throw new ArgumentException($"No tensor element type corresponds to {typeof(T).Name}; use double, float, BFloat16, Half, long, int, byte or bool.");
}
