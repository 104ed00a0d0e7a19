using System.Runtime.CompilerServices;

namespace Hone.Tensors;

/// <summary>Copies between tensors of different element types or strides.</summary>
/// <remarks>Floats round to nearest even; floats to integers truncate and saturate, NaN becomes 0; anything but zero becomes true.</remarks>
internal static unsafe class ElementConversion
{
    /// <summary>Copies <paramref name="source"/> into <paramref name="target"/>, of the same shape.</summary>
    public static void Copy(Tensor source, Tensor target)
    {
        switch (source.DType)
        {
            case DType.F64: From<double>(source, target); break;
            case DType.F32: From<float>(source, target); break;
            case DType.BF16: From<BFloat16>(source, target); break;
            case DType.F16: From<Half>(source, target); break;
            case DType.I64: From<long>(source, target); break;
            case DType.I32: From<int>(source, target); break;
            case DType.U8: From<byte>(source, target); break;
            default: From<bool>(source, target); break;
        }
    }

    private static void From<TSource>(Tensor source, Tensor target)
        where TSource : unmanaged
    {
        switch (target.DType)
        {
            case DType.F64: Loop<TSource, double>(source, target); break;
            case DType.F32: Loop<TSource, float>(source, target); break;
            case DType.BF16: Loop<TSource, BFloat16>(source, target); break;
            case DType.F16: Loop<TSource, Half>(source, target); break;
            case DType.I64: Loop<TSource, long>(source, target); break;
            case DType.I32: Loop<TSource, int>(source, target); break;
            case DType.U8: Loop<TSource, byte>(source, target); break;
            default: Loop<TSource, bool>(source, target); break;
        }
    }

    private static void Loop<TSource, TTarget>(Tensor source, Tensor target)
        where TSource : unmanaged
        where TTarget : unmanaged
    {
        TSource* from = source.Pointer<TSource>();
        TTarget* to = target.Pointer<TTarget>();
        long[][] strides = [source.Strides.ToArray(), target.Strides.ToArray()];
        Strided.ForEachRow(source.Shape, strides, (offsets, steps, count) => ConvertRow(from + offsets[0], steps[0], to + offsets[1], steps[1], count));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ConvertRow<TSource, TTarget>(TSource* from, long fromStep, TTarget* to, long toStep, long count)
        where TSource : unmanaged
        where TTarget : unmanaged
    {
        if (typeof(TSource) == typeof(TTarget) && fromStep == 1 && toStep == 1)
        {
            Buffer.MemoryCopy(from, to, count * sizeof(TTarget), count * sizeof(TTarget));
            return;
        }

        for (long i = 0; i < count; i++)
        {
            to[i * toStep] = ConvertElement<TSource, TTarget>(from[i * fromStep]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTarget ConvertElement<TSource, TTarget>(TSource value)
        where TSource : unmanaged
        where TTarget : unmanaged
    {
        if (typeof(TSource) == typeof(TTarget))
        {
            return Unsafe.BitCast<TSource, TTarget>(value);
        }

        if (IsInteger<TSource>() && IsInteger<TTarget>())
        {
            return FromLong<TTarget>(ToLong(value));
        }

        return FromDouble<TTarget>(ToDouble(value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsInteger<T>() => typeof(T) == typeof(long) || typeof(T) == typeof(int) || typeof(T) == typeof(byte) || typeof(T) == typeof(bool);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long ToLong<T>(T value)
        where T : unmanaged =>
        typeof(T) == typeof(long) ? (long)(object)value
        : typeof(T) == typeof(int) ? (int)(object)value
        : typeof(T) == typeof(byte) ? (byte)(object)value
        : (bool)(object)value ? 1 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T FromLong<T>(long value)
        where T : unmanaged =>
        typeof(T) == typeof(long) ? (T)(object)value
        : typeof(T) == typeof(int) ? (T)(object)int.CreateSaturating(value)
        : typeof(T) == typeof(byte) ? (T)(object)byte.CreateSaturating(value)
        : (T)(object)(value != 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double ToDouble<T>(T value)
        where T : unmanaged =>
        typeof(T) == typeof(double) ? (double)(object)value
        : typeof(T) == typeof(float) ? (float)(object)value
        : typeof(T) == typeof(BFloat16) ? (float)(BFloat16)(object)value
        : typeof(T) == typeof(Half) ? (double)(Half)(object)value
        : ToLong(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T FromDouble<T>(double value)
        where T : unmanaged =>
        typeof(T) == typeof(double) ? (T)(object)value
        : typeof(T) == typeof(float) ? (T)(object)(float)value
        : typeof(T) == typeof(BFloat16) ? (T)(object)(BFloat16)(float)value
        : typeof(T) == typeof(Half) ? (T)(object)(Half)value
        : typeof(T) == typeof(bool) ? (T)(object)(value != 0)
        : FromLong<T>(long.CreateSaturating(value));
}
