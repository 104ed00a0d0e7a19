using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hone.Tensors.Quantization;

/// <summary>Rounds 256 weights to a block of q4_k or q6_k: for each group the scale (and minimum) of least weighted squared error among trial roundings, then the block's scale for them.</summary>
/// <remarks>
/// A trial scale fixes the integers; for fixed integers the best scale and minimum solve a linear least-squares problem with one or two unknowns.
/// Large weights count for more, as in ggml: by |w| + rms of the group in q4_k, by w² in q6_k. Source: ggml, <c>ggml-quants.c</c> (make_qkx2_quants, make_qx_quants).
/// </remarks>
internal static class SuperBlockSearch
{
    private const int SixBits = 63;
    private const int Lanes = 8;

    public static void WriteQ4(ReadOnlySpan<float> values, Span<byte> block)
    {
        const int GroupLength = 32;
        const int Groups = 8;
        Span<float> scales = stackalloc float[Groups];
        Span<float> minima = stackalloc float[Groups];
        for (int g = 0; g < Groups; g++)
        {
            (scales[g], minima[g]) = FitScaleAndMinimum(values.Slice(g * GroupLength, GroupLength));
        }

        float scale = Store(block, Largest(scales) / SixBits);
        float minimum = Store(block[2..], Largest(minima) / SixBits);
        Span<byte> packed = block[16..];
        block[4..].Clear();
        for (int g = 0; g < Groups; g++)
        {
            int groupScale = ToSixBits(scales[g], scale);
            int groupMinimum = ToSixBits(minima[g], minimum);
            StoreScaleAndMinimum(block.Slice(4, 12), g, groupScale, groupMinimum);
            float inverse = SmallBlocks.Inverse(scale * groupScale);
            float offset = minimum * groupMinimum;
            for (int i = g * GroupLength; i < (g + 1) * GroupLength; i++)
            {
                int number = Math.Clamp((int)MathF.Round((values[i] + offset) * inverse), 0, 15);
                packed[SuperBlocks.FourBitByte(i)] |= (byte)(number << SuperBlocks.FourBitShift(i));
            }
        }
    }

    public static void WriteQ6(ReadOnlySpan<float> values, Span<byte> block)
    {
        const int GroupLength = 16;
        const int Groups = 16;
        Span<float> scales = stackalloc float[Groups];
        float extreme = 0;
        for (int g = 0; g < Groups; g++)
        {
            scales[g] = FitScale(values.Slice(g * GroupLength, GroupLength));
            extreme = MathF.Abs(scales[g]) > MathF.Abs(extreme) ? scales[g] : extreme;
        }

        block.Clear();
        float scale = Store(block[208..], extreme / -128); // the extreme scale becomes −128, the one number without a positive twin
        float inverseScale = SmallBlocks.Inverse(scale);
        for (int g = 0; g < Groups; g++)
        {
            int groupScale = Math.Clamp((int)MathF.Round(scales[g] * inverseScale), -128, 127);
            block[192 + g] = (byte)groupScale;
            float inverse = SmallBlocks.Inverse(scale * groupScale);
            for (int i = g * GroupLength; i < (g + 1) * GroupLength; i++)
            {
                int number = Math.Clamp((int)MathF.Round(values[i] * inverse), -32, 31) + 32;
                block[SuperBlocks.Q6Byte(i)] |= (byte)((number & 15) << SuperBlocks.Q6Shift(i));
                block[128 + SuperBlocks.TwoBitByte(i)] |= (byte)(number >> 4 << SuperBlocks.TwoBitShift(i));
            }
        }
    }

    /// <summary>Scale s and minimum m ≥ 0 of least Σ w·(s·q − m − x)² over integers q in 0–15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float Scale, float Minimum) FitScaleAndMinimum(ReadOnlySpan<float> x)
    {
        const int Largest = 15;
        const int Trials = 21; // ranges of 14 to 16 steps over the group's spread
        (float low, float high, float squares) = (0, x[0], 0);
        foreach (float value in x)
        {
            low = MathF.Min(low, value);
            high = MathF.Max(high, value);
            squares += value * value;
        }

        if (high <= low)
        {
            return (0, -low); // all weights are equal and not above zero
        }

        Vector256<float> rms = Vector256.Create(MathF.Sqrt(squares / x.Length));
        float best = float.PositiveInfinity;
        (float Scale, float Minimum) result = default;
        for (int trial = 0; trial < Trials; trial++)
        {
            Vector256<float> inverse = Vector256.Create((Largest - 1 + 0.1f * trial) / (high - low));
            (Vector256<float> w, Vector256<float> wx, Vector256<float> wq, Vector256<float> wqq, Vector256<float> wxq, Vector256<float> wxx) = (default, default, default, default, default, default);
            for (int i = 0; i < x.Length; i += Lanes)
            {
                Vector256<float> weight = rms + Vector256.Abs(Vector256.Create(x[i..]));
                Vector256<float> value = Vector256.Create(x[i..]) - Vector256.Create(low); // so that the sums lose no digits to a common offset
                Vector256<float> number = Vector256.Clamp(Vector256.Round(value * inverse), Vector256<float>.Zero, Vector256.Create((float)Largest));
                w += weight;
                wx += weight * value;
                wxx += weight * value * value;
                wq += weight * number;
                wqq += weight * number * number;
                wxq += weight * value * number;
            }

            var sums = new Sums(Vector256.Sum(w), Vector256.Sum(wx), Vector256.Sum(wxx), Vector256.Sum(wq), Vector256.Sum(wqq), Vector256.Sum(wxq));
            (float scale, float offset) = sums.Solve(largestOffset: -low);
            float error = sums.Error(scale, offset);
            if (scale > 0 && error < best)
            {
                best = error;
                result = (scale, -low - offset);
            }
        }

        return result;
    }

    /// <summary>Scale s of least Σ x²·(s·q − x)² over integers q in −32–31; of either sign, so that −32 may stand for the largest weight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float FitScale(ReadOnlySpan<float> x)
    {
        const int Levels = 32;
        const int Trials = 19; // the extreme weight at 31.1 to 32.9 steps
        float extreme = 0;
        foreach (float value in x)
        {
            extreme = MathF.Abs(value) > MathF.Abs(extreme) ? value : extreme;
        }

        if (extreme == 0)
        {
            return 0;
        }

        float best = 0;
        float result = 0;
        for (int trial = 0; trial < Trials; trial++)
        {
            Vector256<float> inverse = Vector256.Create(-(Levels + 0.1f * (trial - Trials / 2)) / extreme);
            (Vector256<float> wqq, Vector256<float> wxq) = (default, default);
            for (int i = 0; i < x.Length; i += Lanes)
            {
                Vector256<float> value = Vector256.Create(x[i..]);
                Vector256<float> number = Vector256.Clamp(Vector256.Round(value * inverse), Vector256.Create((float)-Levels), Vector256.Create(Levels - 1f));
                wqq += value * value * number * number;
                wxq += value * value * value * number;
            }

            // With the best scale, xq / qq, the error is xx − xq² / qq.
            (float qq, float xq) = (Vector256.Sum(wqq), Vector256.Sum(wxq));
            if (qq > 0 && xq * xq > best * qq)
            {
                best = xq * xq / qq;
                result = xq / qq;
            }
        }

        return result;
    }

    /// <summary>Writes a scale and returns what a reader will see.</summary>
    private static float Store(Span<byte> bytes, float value)
    {
        SmallBlocks.WriteHalf(bytes, value);
        return SmallBlocks.ReadHalf(bytes);
    }

    private static void StoreScaleAndMinimum(Span<byte> bytes, int group, int scale, int minimum)
    {
        if (group < 4)
        {
            bytes[group] |= (byte)scale;
            bytes[group + 4] |= (byte)minimum;
        }
        else
        {
            bytes[group + 4] |= (byte)((scale & 15) | ((minimum & 15) << 4));
            bytes[group - 4] |= (byte)(scale >> 4 << 6);
            bytes[group] |= (byte)(minimum >> 4 << 6);
        }
    }

    private static int ToSixBits(float value, float unit) => Math.Clamp((int)MathF.Round(value * SmallBlocks.Inverse(unit)), 0, SixBits);

    private static float Largest(ReadOnlySpan<float> values)
    {
        float largest = 0;
        foreach (float value in values)
        {
            largest = MathF.Max(largest, value);
        }

        return largest;
    }

    /// <summary>Weighted sums over a group of 1, x, x², q, q² and x·q.</summary>
    private readonly record struct Sums(float W, float X, float Xx, float Q, float Qq, float Xq)
    {
        /// <summary>Scale s and offset c of least Σ w·(s·q + c − x)²; c is held at its bound where the free one would be larger.</summary>
        public (float Scale, float Offset) Solve(float largestOffset)
        {
            float determinant = W * Qq - Q * Q;
            float offset = determinant > 1e-6f * W * Qq ? (Qq * X - Q * Xq) / determinant : 0; // else all q are equal, and the scale alone fits them
            offset = MathF.Min(offset, largestOffset);
            return ((Xq - offset * Q) / Qq, offset);
        }

        public float Error(float s, float c) => Xx + s * s * Qq + c * c * W - 2 * s * Xq - 2 * c * X + 2 * s * c * Q;
    }
}
