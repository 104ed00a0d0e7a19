using Hone.Core.Random;
using Hone.Models.Checkpoints;
using Hone.Models.Families;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>Weights of a decoder that has not learned anything yet, to be trained from scratch.</summary>
/// <remarks>
/// Matrices are normal with deviation 0.02; the two of each layer that write to the residual stream, with 0.02/√(2·layers), so that the
/// stream's variance does not grow with depth. Norms are 1, biases 0.
/// Source: Radford et al., Language Models are Unsupervised Multitask Learners, section 2.3; initialization of GPT-2's and Llama's code.
/// </remarks>
public static class NewDecoder
{
    /// <summary>Standard deviation of matrices, the usual <c>initializer_range</c>.</summary>
    public const float InitializerRange = 0.02f;

    /// <summary>Lists the weights in the order of the layers; each is made when it is written.</summary>
    /// <param name="config">A llama or qwen2 without biases of its own choosing.</param>
    /// <param name="random">Every tensor has a stream of its own below it, so its numbers depend on its name and size alone.</param>
    /// <param name="dtype">Type of all weights: f32, bf16 or f16.</param>
    /// <exception cref="ModelConfigException">The family has parts other than those of llama and qwen2.</exception>
    public static IReadOnlyList<TensorContent> Create(DecoderConfig config, RandomStream random, DType dtype)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(random);
        if (config is not (Qwen2Config or LlamaConfig { AttentionBias: false, MlpBias: false }))
        {
            throw new ModelConfigException(
                "A new model of this kind cannot be made.", "config.json", $"model_type {config.ModelType}; possible are qwen2, and llama without biases", "choose the family llama or qwen2");
        }

        var weights = new List<TensorContent>();
        float residual = InitializerRange / MathF.Sqrt(2 * config.NumHiddenLayers);
        int hidden = config.HiddenSize, queries = config.NumAttentionHeads * config.HeadDim, keys = config.NumKeyValueHeads * config.HeadDim;

        void Matrix(string name, int rows, int columns, float deviation) => weights.Add(Normal(name, [rows, columns], random, deviation, dtype));
        void Vector(string name, int size, double value) => weights.Add(new TensorContent(name, new Shape(size), dtype, null, () => [Tensor.Full(dtype, value, size)]));

        Matrix("model.embed_tokens.weight", config.VocabSize, hidden, InitializerRange);
        for (int i = 0; i < config.NumHiddenLayers; i++)
        {
            string layer = $"model.layers.{i}";
            Vector($"{layer}.input_layernorm.weight", hidden, 1);
            Matrix($"{layer}.self_attn.q_proj.weight", queries, hidden, InitializerRange);
            Matrix($"{layer}.self_attn.k_proj.weight", keys, hidden, InitializerRange);
            Matrix($"{layer}.self_attn.v_proj.weight", keys, hidden, InitializerRange);
            if (config is Qwen2Config)
            {
                Vector($"{layer}.self_attn.q_proj.bias", queries, 0);
                Vector($"{layer}.self_attn.k_proj.bias", keys, 0);
                Vector($"{layer}.self_attn.v_proj.bias", keys, 0);
            }

            Matrix($"{layer}.self_attn.o_proj.weight", hidden, queries, residual);
            Vector($"{layer}.post_attention_layernorm.weight", hidden, 1);
            Matrix($"{layer}.mlp.gate_proj.weight", config.IntermediateSize, hidden, InitializerRange);
            Matrix($"{layer}.mlp.up_proj.weight", config.IntermediateSize, hidden, InitializerRange);
            Matrix($"{layer}.mlp.down_proj.weight", hidden, config.IntermediateSize, residual);
        }

        Vector("model.norm.weight", hidden, 1);
        if (!config.TieWordEmbeddings)
        {
            Matrix("lm_head.weight", config.VocabSize, hidden, InitializerRange);
        }

        return weights;
    }

    private static TensorContent Normal(string name, int[] shape, RandomStream random, float deviation, DType dtype) => new(name, new Shape((ReadOnlySpan<int>)shape), dtype, null, () =>
    {
        float[] values = new float[(long)shape[0] * shape[1]];
        random.CreateChild(name).FillNormal(values, mean: 0, deviation);
        Tensor weight = Tensor.From(values, shape);
        return [dtype == DType.F32 ? weight : Ops.Cast(weight, dtype)];
    });
}
