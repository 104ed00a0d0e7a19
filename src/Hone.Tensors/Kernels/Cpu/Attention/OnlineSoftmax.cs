using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>The softmax of attention over one tile of keys at a time: largest score and sum of every row so far, and what they change.</summary>
/// <remarks>
/// A row's numbers do not depend on which other rows are there: keys that only its neighbours see count as a score of −∞ and add an exact zero.
/// Score tiles have <see cref="AttentionBlock.KeyTile"/> elements a row. Source: Dao, FlashAttention-2, arXiv:2307.08691, algorithm 1.
/// </remarks>
internal static unsafe class OnlineSoftmax<V>
    where V : struct, ISimdVector<V>
{
    /// <summary>
    /// Makes the scores of keys that a row does not see, but its group does, −∞, and finds the largest of each row together with
    /// <paramref name="rowMax"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Maximize(RowGroups groups, float* scores, float* rowMax, float* max, float* lanes)
    {
        for (int first = 0; first < groups.Rows; first += groups.GroupRows)
        {
            (int from, int to) = Vectors(groups.Keys(first));
            int last = first + groups.Count(first);
            for (int row = first; row < last; row++)
            {
                float* s = scores + (row * AttentionBlock.KeyTile);
                (int begin, int end) = groups.KeysOf(row);
                for (int key = from; key < begin && key < to; key++)
                {
                    s[key] = float.NegativeInfinity;
                }

                for (int key = Math.Max(from, end); key < to; key++)
                {
                    s[key] = float.NegativeInfinity;
                }

                // Select on a comparison: a NaN score does not become the maximum, it becomes a NaN probability later.
                V largest = V.Splat(rowMax[row]);
                for (int key = from; key < to; key += V.Count)
                {
                    V score = V.Load(s + key);
                    largest = V.Select(V.LessThan(largest, score), score, largest);
                }

                V.Store(largest, lanes);
                Vector128<float> four = Vector128.Load(lanes);
                for (int lane = 4; lane < V.Count; lane += 4)
                {
                    four = Vector128.MaxNative(four, Vector128.Load(lanes + lane));
                }

                four = Vector128.MaxNative(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
                max[row] = Vector128.MaxNative(four, Vector128.Shuffle(four, Vector128.Create(1, 0, 3, 2))).ToScalar();
            }
        }
    }

    /// <summary>Replaces the rows' maxima by the new ones in <paramref name="shift"/>, which becomes what to subtract from scores.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MoveToNewMaxima(int rows, float* shift, float* rowMax, float* rowSum, float* factor)
    {
        V minusInfinity = V.Splat(float.NegativeInfinity);
        for (int row = 0; row < rows; row += V.Count)
        {
            V old = V.Load(rowMax + row);
            V max = V.Load(shift + row);
            V.Store(max, rowMax + row);
            max = V.Select(V.IsEqual(max, minusInfinity), V.Zero, max); // nothing seen yet: −∞ − 0 gives probability 0, −∞ − −∞ would give NaN
            V.Store(max, shift + row);
            V ratio = SimdMath.ExpFlushed(old - max);
            V.Store(ratio, factor + row);
            V.Store(V.Load(rowSum + row) * ratio, rowSum + row);
        }
    }

    /// <summary>Turns scores into <c>e^(score − shift)</c> and adds them to the rows' sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Exponentiate(RowGroups groups, float* scores, float* shift, float* rowSum)
    {
        for (int first = 0; first < groups.Rows; first += groups.GroupRows)
        {
            (int from, int to) = Vectors(groups.Keys(first));
            int last = first + groups.Count(first);
            for (int row = first; row < last; row++)
            {
                float* s = scores + (row * AttentionBlock.KeyTile);
                V max = V.Splat(shift[row]);
                V sum = V.Zero;
                for (int key = from; key < to; key += V.Count)
                {
                    V probability = SimdMath.ExpFlushed(V.Load(s + key) - max);
                    V.Store(probability, s + key);
                    sum += probability;
                }

                rowSum[row] += V.Sum(sum);
            }
        }
    }

    /// <summary>A range of keys widened to whole vectors; empty ranges stay empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (int From, int To) Vectors((int Begin, int End) keys) =>
        keys.Begin >= keys.End ? (0, 0) : (keys.Begin / V.Count * V.Count, (keys.End + V.Count - 1) / V.Count * V.Count);
}
