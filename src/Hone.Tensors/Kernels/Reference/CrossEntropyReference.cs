using System.Numerics;

namespace Hone.Tensors.Kernels.Reference;

/// <summary>Cross-entropy, with and without the output head in front, as its formula says; the oracle of both kernels.</summary>
internal static class CrossEntropyReference
{
    /// <summary>Loss of given logits and its gradient.</summary>
    /// <param name="logits"><c>[tokens, classes]</c>.</param>
    /// <param name="labels"><c>[tokens]</c>.</param>
    /// <param name="tokenWeights"><c>[tokens]</c>, or empty for ones.</param>
    /// <param name="classes">Columns.</param>
    /// <param name="settings">Parts of the loss.</param>
    /// <param name="scale">Multiplies the gradient.</param>
    /// <param name="dLogits">Receives the gradient; empty when not wanted.</param>
    /// <returns>Weighted loss, weighted negative log-likelihood and sum of weights.</returns>
    public static (T Loss, T NegativeLogLikelihood, T WeightSum) Run<T>(
        ReadOnlySpan<T> logits, ReadOnlySpan<long> labels, ReadOnlySpan<T> tokenWeights, int classes, CrossEntropySettings settings, T scale, Span<T> dLogits)
        where T : IFloatingPointIeee754<T>
    {
        T loss = T.Zero, likelihood = T.Zero, weightSum = T.Zero;
        T smoothing = T.CreateTruncating(settings.LabelSmoothing), zLoss = T.CreateTruncating(settings.ZLoss), cap = T.CreateTruncating(settings.SoftCap);
        T n = T.CreateTruncating(classes);
        dLogits.Clear();
        var z = new T[classes];
        for (int token = 0; token < labels.Length; token++)
        {
            if (labels[token] == settings.IgnoreIndex)
            {
                continue;
            }

            int label = checked((int)labels[token]);
            T weight = tokenWeights.IsEmpty ? T.One : tokenWeights[token];
            T max = T.NegativeInfinity, total = T.Zero;
            for (int c = 0; c < classes; c++)
            {
                T x = logits[(token * classes) + c];
                z[c] = cap == T.Zero ? x : cap * T.Tanh(x / cap);
                max = T.Max(max, z[c]);
                total += z[c];
            }

            T sum = T.Zero;
            foreach (T value in z)
            {
                sum += T.Exp(value - max);
            }

            T lse = max + T.Log(sum);
            T nll = lse - z[label];
            T spread = smoothing == T.Zero ? T.Zero : smoothing * (lse - (total / n)); // an excluded class, a logit of −∞, has no part in a mean
            loss += weight * (((T.One - smoothing) * nll) + spread + (zLoss * lse * lse));
            likelihood += weight * nll;
            weightSum += weight;
            for (int c = 0; c < classes && !dLogits.IsEmpty; c++)
            {
                T target = (c == label ? T.One - smoothing : T.Zero) + (smoothing / n);
                T gradient = (T.Exp(z[c] - lse) * (T.One + ((zLoss + zLoss) * lse))) - target;
                T slope = cap == T.Zero ? T.One : T.One - (z[c] / cap * (z[c] / cap));
                dLogits[(token * classes) + c] = scale * weight * gradient * slope;
            }
        }

        return (loss, likelihood, weightSum);
    }

    /// <summary>The same for <c>logits = hidden·weightᵀ</c>, with the gradients of both; empty spans for those not wanted.</summary>
    public static (T Loss, T NegativeLogLikelihood, T WeightSum) RunLinear<T>(
        ReadOnlySpan<T> hidden, ReadOnlySpan<T> weight, ReadOnlySpan<long> labels, ReadOnlySpan<T> tokenWeights, int hiddenSize, CrossEntropySettings settings, T scale,
        Span<T> dHidden, Span<T> dWeight)
        where T : IFloatingPointIeee754<T>
    {
        int classes = weight.Length / hiddenSize;
        var logits = new T[labels.Length * classes];
        var dLogits = new T[dHidden.IsEmpty && dWeight.IsEmpty ? 0 : logits.Length];
        for (int i = 0; i < logits.Length; i++)
        {
            for (int k = 0; k < hiddenSize; k++)
            {
                logits[i] += hidden[((i / classes) * hiddenSize) + k] * weight[((i % classes) * hiddenSize) + k];
            }
        }

        (T, T, T) sums = Run(logits, labels, tokenWeights, classes, settings, scale, dLogits);
        dHidden.Clear();
        dWeight.Clear();
        for (int i = 0; i < dLogits.Length; i++)
        {
            for (int k = 0; k < hiddenSize; k++)
            {
                int h = ((i / classes) * hiddenSize) + k, w = ((i % classes) * hiddenSize) + k;
                if (!dHidden.IsEmpty)
                {
                    dHidden[h] += dLogits[i] * weight[w];
                }

                if (!dWeight.IsEmpty)
                {
                    dWeight[w] += dLogits[i] * hidden[h];
                }
            }
        }

        return sums;
    }
}
