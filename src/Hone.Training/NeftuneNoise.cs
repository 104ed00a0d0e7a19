using Hone.Core.Random;
using Hone.Models;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Training;

/// <summary>Uniform noise on token embeddings while a micro-batch is computed.</summary>
/// <remarks><c>x + α/√(L·d)·u</c>, u uniform in [−1, 1), L the length of the sequence and d the width. Source: Jain et al., NEFTune, arXiv:2310.05914, algorithm 1.</remarks>
internal sealed class NeftuneNoise : IDisposable
{
    private readonly Embedding _embedding;

    private NeftuneNoise(Embedding embedding, double alpha, IReadOnlyList<int> lengths, RandomStream random)
    {
        _embedding = embedding;
        embedding.Noise = x => Add(x, lengths, alpha, random);
    }

    /// <summary>Begins to add noise, until the result is disposed.</summary>
    /// <param name="model">The model.</param>
    /// <param name="alpha">Amplitude; no noise when <see langword="null"/>.</param>
    /// <param name="lengths">Tokens of each sequence of the micro-batch.</param>
    /// <param name="random">Where it is drawn from.</param>
    /// <exception cref="TrainingException">The model is no language model.</exception>
    public static NeftuneNoise? Begin(PretrainedModel model, double? alpha, IReadOnlyList<int> lengths, RandomStream random) => (alpha, model) switch
    {
        (null, _) => null,
        ({ } amplitude, CausalLm lm) => new NeftuneNoise(lm.Decoder.TokenEmbedding, amplitude, lengths, random.CreateChild("neftune")),
        _ => throw new TrainingException("NEFTune adds noise to the embeddings of language models.", "neftune_noise_alpha", $"the model is a {model.GetType().Name}", "leave it out"),
    };

    /// <inheritdoc/>
    public void Dispose() => _embedding.Noise = null;

    private static Tensor Add(Tensor x, IReadOnlyList<int> lengths, double alpha, RandomStream random)
    {
        int width = x.Shape[-1];
        var noise = new float[x.ElementCount];
        random.FillUniform(noise);
        int at = 0;
        foreach (int length in lengths)
        {
            float amplitude = (float)(alpha / Math.Sqrt((double)length * width));
            for (int end = at + (length * width); at < end; at++)
            {
                noise[at] = ((2 * noise[at]) - 1) * amplitude;
            }
        }

        return x + Ops.Reshape(Tensor.From(noise, noise.Length), -1, width);
    }
}
