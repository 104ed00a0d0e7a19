using Hone.Core.Errors;
using Hone.Models;
using Hone.Models.Families;
using Hone.Models.Heads;
using Hone.Models.Nn;
using Hone.Processors.Tokenizers;
using Hone.Tensors;
using Hone.Tensors.Autograd;

namespace Hone.Inference.Embedding;

/// <summary>Turns texts into vectors, the way the model's folder says (sentence-transformers).</summary>
/// <remarks>Texts of similar length go through the model side by side without padding, so the work grows with the real tokens.</remarks>
public sealed class TextEmbedder : IDisposable
{
    private const int BatchTokens = 2048; // of one pass: enough for the products to run at full speed, small enough for the caches

    private readonly PretrainedModel _model;
    private readonly Tokenizer _tokenizer;
    private readonly EncodeOptions _encoding;

    private TextEmbedder(PretrainedModel model, Tokenizer tokenizer, PoolingSettings pooling, int maxTokens)
    {
        _model = model;
        _tokenizer = tokenizer;
        Pooling = pooling;
        MaxTokens = maxTokens;
        _encoding = new EncodeOptions { Truncation = new TruncationOptions { MaxLength = maxTokens } };
    }

    /// <summary>How the vectors of a text's tokens become one.</summary>
    public PoolingSettings Pooling { get; }

    /// <summary>Tokens after which texts are cut, special tokens included.</summary>
    public int MaxTokens { get; }

    /// <summary>Loads an encoder, or a decoder that is used as one.</summary>
    /// <param name="path">The model's folder.</param>
    /// <param name="pooling">How to pool; what the folder says when not given.</param>
    /// <param name="options">How weights are held.</param>
    /// <exception cref="HoneException">Something is missing, or the folder does not say how to pool and neither does the caller.</exception>
    public static TextEmbedder Load(string path, PoolingSettings? pooling = null, LoadOptions? options = null)
    {
        PoolingSettings settings = pooling ?? PoolingSettings.Read(path) ?? throw new HoneException(
            "It is not known how this model's token vectors become one vector.", path, "the folder has no modules.json", "say how: --pooling mean, cls, last, …");
        PretrainedModel model = PretrainedModel.Load(path, options);
        try
        {
            int limit = model switch
            {
                Encoder encoder => encoder.Config.MaxPositionEmbeddings - ((encoder.Config as BertConfig)?.FirstPosition ?? 0),
                CausalLm decoder => decoder.Config.MaxPositionEmbeddings,
                _ => throw new HoneException("This model gives scores, not embeddings.", path, "it has a classification head", "use an encoder"),
            };
            return new TextEmbedder(model, TokenizerLoader.Load(path), settings, Math.Min(settings.MaxSeqLength ?? limit, limit));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Embeds texts.</summary>
    /// <param name="texts">Any number.</param>
    /// <param name="cancellation">Stops between two passes.</param>
    /// <returns>One vector for each text, in their order; a text's vector does not depend on the others.</returns>
    public float[][] Embed(IReadOnlyList<string> texts, CancellationToken cancellation = default)
    {
        int[][] ids = new int[texts.Count][];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = [.. _tokenizer.Encode(texts[i], pair: null, _encoding).Ids];
            if (ids[i].Length == 0)
            {
                throw new HoneException("A text cannot be embedded.", $"text {i}", "it has no tokens", "leave empty texts out");
            }
        }

        float[][] vectors = new float[texts.Count][];
        foreach (int[] batch in Batches(ids))
        {
            cancellation.ThrowIfCancellationRequested();
            EmbedBatch(batch, ids, vectors);
        }

        return vectors;
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    // By length, so that a pass holds texts that are alike; a pass is full by its tokens, not by its texts.
    private static IEnumerable<int[]> Batches(int[][] ids)
    {
        var batch = new List<int>();
        int tokens = 0;
        foreach (int text in Enumerable.Range(0, ids.Length).OrderByDescending(i => ids[i].Length))
        {
            if (batch.Count > 0 && tokens + ids[text].Length > BatchTokens)
            {
                yield return [.. batch];
                batch.Clear();
                tokens = 0;
            }

            batch.Add(text);
            tokens += ids[text].Length;
        }

        if (batch.Count > 0)
        {
            yield return [.. batch];
        }
    }

    private void EmbedBatch(int[] batch, int[][] ids, float[][] vectors)
    {
        using var scope = TensorScope.Begin("embed");
        using GradMode noGrad = GradMode.NoGrad();
        (Tensor hidden, PackedAttentionContext context) = _model is Encoder encoder ? Encode(encoder, batch, ids) : Decode((CausalLm)_model, batch, ids);
        Tensor pooled = Pooling.Pool(hidden, context);
        float[] all = pooled.ToArray<float>();
        int width = pooled.Shape[1];
        for (int i = 0; i < batch.Length; i++)
        {
            vectors[batch[i]] = all[(i * width)..((i + 1) * width)];
        }
    }

    private static (Tensor Hidden, PackedAttentionContext Context) Encode(Encoder encoder, int[] batch, int[][] ids)
    {
        int width = batch.Max(text => ids[text].Length);
        long[] padded = new long[batch.Length * width];
        bool[] mask = new bool[padded.Length];
        for (int row = 0; row < batch.Length; row++)
        {
            int[] tokens = ids[batch[row]];
            for (int i = 0; i < tokens.Length; i++)
            {
                padded[(row * width) + i] = tokens[i];
                mask[(row * width) + i] = true;
            }

            padded.AsSpan((row * width) + tokens.Length, width - tokens.Length).Fill(encoder.Config.PadTokenId ?? 0); // families count positions by it
        }

        EncoderInput input = EncoderInput.FromPadded(encoder.Config, padded, mask, width);
        return (encoder.Forward(input), input.Context);
    }

    private static (Tensor Hidden, PackedAttentionContext Context) Decode(CausalLm decoder, int[] batch, int[][] ids)
    {
        int[] tokens = [.. batch.SelectMany(text => ids[text])];
        PackedAttentionContext context = PackedAttentionContext.FromLengths([.. batch.Select(text => ids[text].Length)]);
        return (decoder.Forward(Tensor.From(tokens, tokens.Length), context), context);
    }
}
