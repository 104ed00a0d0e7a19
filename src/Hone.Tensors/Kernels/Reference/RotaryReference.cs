using System.Numerics;

namespace Hone.Tensors.Kernels.Reference;

/// <summary>Rotary embedding as its formula says, for any float type and any strides; the oracle of <see cref="IRotaryKernel"/>.</summary>
internal static class RotaryReference
{
    /// <summary>Turns every head; see <see cref="IRotaryKernel.Rotate"/> for the arguments.</summary>
    public static void Rotate<T>(
        in RotaryRows rows, ReadOnlySpan<T> source, Span<T> target, ReadOnlySpan<int> positions, ReadOnlySpan<T> cos, ReadOnlySpan<T> sin, bool isBackward)
        where T : IFloatingPointIeee754<T>
    {
        int half = rows.RotaryDim / 2;
        for (long batch = 0; batch < rows.Batch; batch++)
        {
            for (long token = 0; token < rows.Tokens; token++)
            {
                int position = positions[(int)((batch * rows.Tokens) + token)];
                for (long head = 0; head < rows.Heads; head++)
                {
                    int from = (int)((batch * rows.SourceStrides.Batch) + (token * rows.SourceStrides.Token) + (head * rows.SourceStrides.Head));
                    int to = (int)((batch * rows.TargetStrides.Batch) + (token * rows.TargetStrides.Token) + (head * rows.TargetStrides.Head));
                    for (int pair = 0; pair < half; pair++)
                    {
                        int first = rows.Layout == RotaryLayout.HalfSplit ? pair : 2 * pair;
                        int second = rows.Layout == RotaryLayout.HalfSplit ? pair + half : (2 * pair) + 1;
                        T a = source[from + first];
                        T b = source[from + second];
                        T c = cos[(position * half) + pair];
                        T s = isBackward ? -sin[(position * half) + pair] : sin[(position * half) + pair];
                        target[to + first] = (a * c) - (b * s);
                        target[to + second] = (b * c) + (a * s);
                    }

                    for (int i = rows.RotaryDim; i < rows.HeadDim; i++)
                    {
                        target[to + i] = source[from + i];
                    }
                }
            }
        }
    }
}
