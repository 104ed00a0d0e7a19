using System.Text.Json.Nodes;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Tests;

/// <summary>A Llama of two layers with random weights.</summary>
internal static class TinyLlama
{
    public const int Vocabulary = 20, Hidden = 16, Inner = 24, Layers = 2;

    public static JsonObject Config => new()
    {
        ["model_type"] = "llama", ["vocab_size"] = Vocabulary, ["hidden_size"] = Hidden, ["intermediate_size"] = Inner, ["num_hidden_layers"] = Layers,
        ["num_attention_heads"] = 4, ["num_key_value_heads"] = 2, ["max_position_embeddings"] = 32, ["rms_norm_eps"] = 1e-5, ["rope_theta"] = 100.0,
    };

    public static MemorySource Weights()
    {
        var source = new MemorySource();
        source.Add("model.embed_tokens.weight", Vocabulary, Hidden).Add("model.norm.weight", Hidden).Add("lm_head.weight", Vocabulary, Hidden);
        for (int i = 0; i < Layers; i++)
        {
            string layer = $"model.layers.{i}.";
            source.Add(layer + "input_layernorm.weight", Hidden).Add(layer + "post_attention_layernorm.weight", Hidden)
                .Add(layer + "self_attn.q_proj.weight", Hidden, Hidden).Add(layer + "self_attn.k_proj.weight", Hidden / 2, Hidden)
                .Add(layer + "self_attn.v_proj.weight", Hidden / 2, Hidden).Add(layer + "self_attn.o_proj.weight", Hidden, Hidden)
                .Add(layer + "mlp.gate_proj.weight", Inner, Hidden).Add(layer + "mlp.up_proj.weight", Inner, Hidden).Add(layer + "mlp.down_proj.weight", Hidden, Inner);
        }

        return source;
    }

    public static CausalLm Load(ModelUse use) => CausalLm.Load(Weights(), Config, new LoadOptions { Use = use });

    public static Tensor Logits(CausalLm model) => model.Logits(model.Forward(Tensor.From([1, 5, 9, 2, 7, 7, 3], 7), PackedAttentionContext.FromLengths(4, 3)));
}
