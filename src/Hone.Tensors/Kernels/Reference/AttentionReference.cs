using System.Numerics;

namespace Hone.Tensors.Kernels.Reference;

/// <summary>Attention as its definition says it, with full score matrices in double precision: the yardstick of every kernel and the fallback without one.</summary>
/// <remarks>Source: Vaswani et al., Attention Is All You Need, arXiv:1706.03762, section 3.2.1; soft-capping: Gemma 2, arXiv:2408.00118, section 2.</remarks>
/// <typeparam name="T">Element type of the operands and results.</typeparam>
internal static unsafe class AttentionReference<T>
    where T : unmanaged, INumberBase<T>
{
    /// <inheritdoc cref="IAttentionKernel.Forward"/>
    public static void Forward(AttentionProblem<T> problem, AttentionView<T> output, AttentionView<T> logSumExp)
    {
        foreach (AttentionSequence sequence in problem.Sequences)
        {
            for (int head = 0; head < problem.Heads; head++)
            {
                ForwardHead(problem, sequence, head, output, logSumExp);
            }
        }
    }

    /// <inheritdoc cref="IAttentionKernel.Backward"/>
    public static void Backward(AttentionProblem<T> problem, AttentionGradients<T> gradients)
    {
        foreach (AttentionSequence sequence in problem.Sequences)
        {
            for (int kvHead = 0; kvHead < problem.KeyValueHeads; kvHead++)
            {
                BackwardGroup(problem, sequence, kvHead, gradients);
            }
        }
    }

    private static void ForwardHead(
        AttentionProblem<T> problem, in AttentionSequence sequence, int head, AttentionView<T> output, AttentionView<T> logSumExp)
    {
        (double[,] probabilities, _, double[] rowLogSumExp) = Probabilities(problem, sequence, head);
        int kvHead = head / problem.Group;
        for (int i = 0; i < sequence.QueryLength; i++)
        {
            T* target = output.Row(sequence.Batch, head, sequence.QueryFirst + i);
            for (int c = 0; c < problem.ValueDim; c++)
            {
                double sum = 0;
                for (int j = 0; j < sequence.KeyLength; j++)
                {
                    if (IsVisible(problem, sequence, i, j))
                    {
                        sum += probabilities[i, j] * At(problem.Value, sequence.Batch, kvHead, sequence.KeyFirst + j, c);
                    }
                }

                target[c] = T.CreateTruncating(sum);
            }

            if (!logSumExp.IsEmpty)
            {
                *logSumExp.Row(sequence.Batch, head, sequence.QueryFirst + i) = T.CreateTruncating(rowLogSumExp[i]);
            }
        }
    }

    private static void BackwardGroup(AttentionProblem<T> problem, in AttentionSequence sequence, int kvHead, AttentionGradients<T> gradients)
    {
        var dKey = new double[sequence.KeyLength, problem.HeadDim];
        var dValue = new double[sequence.KeyLength, problem.ValueDim];
        for (int head = kvHead * problem.Group; head < (kvHead + 1) * problem.Group; head++)
        {
            (double[,] p, double[,] capSlope, _) = Probabilities(problem, sequence, head);
            for (int i = 0; i < sequence.QueryLength; i++)
            {
                BackwardRow(problem, sequence, head, i, p, capSlope, dKey, dValue, gradients);
            }
        }

        for (int j = 0; j < sequence.KeyLength; j++)
        {
            StoreRow(gradients.KeyGradient, sequence.Batch, kvHead, sequence.KeyFirst + j, dKey, j);
            StoreRow(gradients.ValueGradient, sequence.Batch, kvHead, sequence.KeyFirst + j, dValue, j);
        }
    }

    private static void BackwardRow(
        AttentionProblem<T> problem, in AttentionSequence sequence, int head, int i, double[,] p, double[,] capSlope, double[,] dKey,
        double[,] dValue, AttentionGradients<T> gradients)
    {
        int batch = sequence.Batch;
        int kvHead = head / problem.Group;
        int row = sequence.QueryFirst + i;
        var dQuery = new double[1, problem.HeadDim];
        double delta = 0;
        bool needsScores = !gradients.Output.IsEmpty;
        for (int c = 0; c < problem.ValueDim && needsScores; c++)
        {
            delta += At(gradients.OutputGradient, batch, head, row, c) * At(gradients.Output, batch, head, row, c);
        }

        for (int j = 0; j < sequence.KeyLength; j++)
        {
            if (!IsVisible(problem, sequence, i, j))
            {
                continue;
            }

            int keyRow = sequence.KeyFirst + j;
            double dProbability = 0;
            for (int c = 0; c < problem.ValueDim; c++)
            {
                double dOutput = At(gradients.OutputGradient, batch, head, row, c);
                dProbability += needsScores ? dOutput * At(problem.Value, batch, kvHead, keyRow, c) : 0;
                dValue[j, c] += p[i, j] * dOutput;
            }

            double dScore = p[i, j] * (dProbability - delta);
            if (!gradients.BiasGradient.IsEmpty)
            {
                gradients.BiasGradient.Row(sequence.Index, head, i)[j] += T.CreateTruncating(dScore);
            }

            double dDot = dScore * capSlope[i, j] * problem.Scale;
            for (int c = 0; c < problem.HeadDim; c++)
            {
                dQuery[0, c] += dDot * At(problem.Key, batch, kvHead, keyRow, c);
                dKey[j, c] += dDot * At(problem.Query, batch, head, row, c);
            }
        }

        StoreRow(gradients.QueryGradient, batch, head, row, dQuery, 0);
    }

    private static (double[,] Probabilities, double[,] CapSlope, double[] LogSumExp) Probabilities(
        AttentionProblem<T> problem, in AttentionSequence sequence, int head)
    {
        var scores = new double[sequence.QueryLength, sequence.KeyLength];
        var capSlope = new double[sequence.QueryLength, sequence.KeyLength];
        var logSumExp = new double[sequence.QueryLength];
        for (int i = 0; i < sequence.QueryLength; i++)
        {
            double max = double.NegativeInfinity;
            for (int j = 0; j < sequence.KeyLength; j++)
            {
                (scores[i, j], capSlope[i, j]) = Score(problem, sequence, head, i, j);
                max = Math.Max(max, scores[i, j]);
            }

            double sum = 0;
            for (int j = 0; j < sequence.KeyLength; j++)
            {
                scores[i, j] = double.IsNegativeInfinity(max) ? 0 : Math.Exp(scores[i, j] - max);
                sum += scores[i, j];
            }

            for (int j = 0; j < sequence.KeyLength && sum != 0; j++)
            {
                scores[i, j] /= sum;
            }

            logSumExp[i] = max + Math.Log(sum);
        }

        return (scores, capSlope, logSumExp);
    }

    private static (double Score, double CapSlope) Score(AttentionProblem<T> problem, in AttentionSequence sequence, int head, int i, int j)
    {
        if (!IsVisible(problem, sequence, i, j))
        {
            return (double.NegativeInfinity, 0);
        }

        double score = 0;
        for (int c = 0; c < problem.HeadDim; c++)
        {
            score += At(problem.Query, sequence.Batch, head, sequence.QueryFirst + i, c)
                * At(problem.Key, sequence.Batch, head / problem.Group, sequence.KeyFirst + j, c);
        }

        score *= problem.Scale;
        double slope = 1;
        if (problem.SoftCap is { } cap)
        {
            double t = Math.Tanh(score / cap);
            score = cap * t;
            slope = 1 - t * t;
        }

        if (!problem.Bias.IsEmpty)
        {
            score += At(problem.Bias, sequence.Index, head, i, j);
        }

        return (score, slope);
    }

    private static bool IsVisible(AttentionProblem<T> problem, in AttentionSequence sequence, int i, int j)
    {
        long distance = (long)sequence.QueryStart + i - j;
        return j >= sequence.KeyBegin && j < sequence.KeyEnd
            && (sequence.KeyMask.IsEmpty || sequence.KeyMask.Span[j])
            && !(problem.Causal && distance < 0)
            && !(problem.SlidingWindow is { } window && Math.Abs(distance) >= window);
    }

    private static double At(AttentionView<T> view, int batch, int head, int row, int column) => double.CreateChecked(view.Row(batch, head, row)[column]);

    private static void StoreRow(AttentionView<T> view, int batch, int head, int row, double[,] values, int source)
    {
        for (int c = 0; !view.IsEmpty && c < values.GetLength(1); c++)
        {
            view.Row(batch, head, row)[c] = T.CreateTruncating(values[source, c]);
        }
    }
}
