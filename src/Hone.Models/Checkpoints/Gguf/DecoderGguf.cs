using System.Text.Json.Nodes;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>Names that most decoder architectures share.</summary>
internal static class DecoderGguf
{
    /// <summary>Embedding, final norm and output head.</summary>
    public static GgufRule[] Ends { get; } =
    [
        new("token_embd.weight", "model.embed_tokens.weight"),
        new("output_norm.weight", "model.norm.weight"),
        new("output.weight", "lm_head.weight"),
    ];

    /// <summary>Separate projections of attention.</summary>
    public static GgufRule[] Attention { get; } =
    [
        new("blk.{i}.attn_q.weight", "model.layers.{i}.self_attn.q_proj.weight"),
        new("blk.{i}.attn_k.weight", "model.layers.{i}.self_attn.k_proj.weight"),
        new("blk.{i}.attn_v.weight", "model.layers.{i}.self_attn.v_proj.weight"),
        new("blk.{i}.attn_output.weight", "model.layers.{i}.self_attn.o_proj.weight"),
    ];

    /// <summary>Biases of the projections of attention.</summary>
    public static GgufRule[] AttentionBiases { get; } = [.. Attention.Select(rule => new GgufRule(Bias(rule.Gguf), Bias(rule.HuggingFace)))];

    /// <summary>Norms of queries and keys.</summary>
    public static GgufRule[] HeadNorms { get; } =
    [
        new("blk.{i}.attn_q_norm.weight", "model.layers.{i}.self_attn.q_norm.weight"),
        new("blk.{i}.attn_k_norm.weight", "model.layers.{i}.self_attn.k_norm.weight"),
    ];

    /// <summary>Gated MLP.</summary>
    public static GgufRule[] Mlp { get; } =
    [
        new("blk.{i}.ffn_gate.weight", "model.layers.{i}.mlp.gate_proj.weight"),
        new("blk.{i}.ffn_up.weight", "model.layers.{i}.mlp.up_proj.weight"),
        new("blk.{i}.ffn_down.weight", "model.layers.{i}.mlp.down_proj.weight"),
    ];

    /// <summary>Biases of the MLP.</summary>
    public static GgufRule[] MlpBiases { get; } = [.. Mlp.Select(rule => new GgufRule(Bias(rule.Gguf), Bias(rule.HuggingFace)))];

    /// <summary>Norms before attention and MLP.</summary>
    public static GgufRule[] PreNorms { get; } =
    [
        new("blk.{i}.attn_norm.weight", "model.layers.{i}.input_layernorm.weight"),
        new("blk.{i}.ffn_norm.weight", "model.layers.{i}.post_attention_layernorm.weight"),
    ];

    /// <summary>Sizes, and the settings of RMS norms and rotary embeddings.</summary>
    public static GgufSetting[] Settings { get; } =
    [
        new("context_length", "max_position_embeddings", IsRequired: true),
        new("embedding_length", "hidden_size", IsRequired: true),
        new("block_count", "num_hidden_layers", IsRequired: true),
        new("feed_forward_length", "intermediate_size", IsRequired: true),
        new("attention.head_count", "num_attention_heads", IsRequired: true),
        new("attention.head_count_kv", "num_key_value_heads"),
        new("attention.layer_norm_rms_epsilon", "rms_norm_eps", IsFloat: true),
        new("rope.freq_base", "rope_theta", IsFloat: true),
        new("vocab_size", "vocab_size"),
    ];

    /// <summary>Width of a head, where files state it as the length of keys.</summary>
    public static GgufSetting KeyLength { get; } = new("attention.key_length", "head_dim");

    /// <summary>Turns the file's rotary scaling into <c>rope_scaling</c>.</summary>
    public static void CompleteRope(GgufConfigDraft draft)
    {
        string type = draft.Text("rope.scaling.type") ?? "none";
        double? factor = draft.Number("rope.scaling.factor");
        if (type is not ("linear" or "yarn") || factor is not { } given || given is 0 or 1)
        {
            return;
        }

        var scaling = new JsonObject { ["rope_type"] = type, ["factor"] = given };
        if (draft.Integer("rope.scaling.original_context_length") is { } original)
        {
            scaling["original_max_position_embeddings"] = original;
        }

        draft.Config["rope_scaling"] = scaling;
    }

    /// <summary>Turns linear and yarn scaling into settings; <see langword="false"/> for other kinds.</summary>
    public static bool CompleteRope(GgufMetadataDraft draft)
    {
        if (draft.RopeType is "linear" or "yarn" && draft.RopeNumber("factor") is { } factor)
        {
            draft.Set("rope.scaling.type", draft.RopeType);
            draft.Set("rope.scaling.factor", (float)factor);
            if (draft.RopeNumber("original_max_position_embeddings") is { } original)
            {
                draft.Set("rope.scaling.original_context_length", (uint)original);
            }

            return true;
        }

        if (draft.RopeType == "dynamic")
        {
            draft.Losses.Add("rope type 'dynamic': the file has no name for it; texts beyond the context length will differ");
        }

        return draft.RopeType is "default" or "dynamic";
    }

    /// <summary>States the width of a head where it is not the hidden size shared out evenly.</summary>
    public static void SetHeadLength(GgufMetadataDraft draft)
    {
        uint length = (uint)HeadDim(draft);
        draft.Set("attention.key_length", length);
        draft.Set("attention.value_length", length);
    }

    /// <summary>Width of a head.</summary>
    public static int HeadDim(GgufMetadataDraft draft) =>
        draft.Integer("head_dim") ?? (draft.Integer("hidden_size") ?? 0) / Math.Max(1, draft.Integer("num_attention_heads") ?? 1);

    /// <summary>Width of a head.</summary>
    public static int HeadDim(GgufConfigDraft draft) =>
        draft.Integer("attention.key_length") ?? (draft.Integer("embedding_length") ?? 0) / Math.Max(1, draft.Integer("attention.head_count") ?? 1);

    private static string Bias(string weight) => weight[..^"weight".Length] + "bias";
}
