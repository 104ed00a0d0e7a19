using System.Text.Json.Nodes;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>Gemma 2 and the text model of Gemma 3: norms on both sides of each block, whose weights files store plus one.</summary>
internal static class GemmaGguf
{
    private const int DefaultPattern = 6; // Gemma 3: every sixth layer sees everything
    private const double DefaultLocalTheta = 10000;

    private static readonly GgufRule[] s_rules =
    [
        new("token_embd.weight", "model.embed_tokens.weight"),
        new("output_norm.weight", "model.norm.weight", GgufChange.PlusOne),
        new("output.weight", "lm_head.weight"),
        new("blk.{i}.attn_norm.weight", "model.layers.{i}.input_layernorm.weight", GgufChange.PlusOne),
        new("blk.{i}.post_attention_norm.weight", "model.layers.{i}.post_attention_layernorm.weight", GgufChange.PlusOne),
        new("blk.{i}.ffn_norm.weight", "model.layers.{i}.pre_feedforward_layernorm.weight", GgufChange.PlusOne),
        new("blk.{i}.post_ffw_norm.weight", "model.layers.{i}.post_feedforward_layernorm.weight", GgufChange.PlusOne),
        .. DecoderGguf.Attention,
        .. DecoderGguf.Mlp,
    ];

    private static readonly GgufSetting[] s_settings = [.. DecoderGguf.Settings, DecoderGguf.KeyLength, new("attention.sliding_window", "sliding_window")];

    public static GgufArchitecture Gemma2 { get; } = new(
        "gemma2",
        ["gemma2"],
        s_rules,
        [.. s_settings, new("attn_logit_softcapping", "attn_logit_softcapping", IsFloat: true), new("final_logit_softcapping", "final_logit_softcapping", IsFloat: true)])
    {
        CompleteConfig = draft => Complete(draft, "gemma2", "Gemma2ForCausalLM", layersOfLargest: 46),
        CompleteMetadata = draft => CompleteMetadata(draft, layersOfLargest: 46),
    };

    public static GgufArchitecture Gemma3 { get; } = new(
        "gemma3",
        ["gemma3_text"],
        [.. s_rules, .. DecoderGguf.HeadNorms.Select(rule => rule with { Change = GgufChange.PlusOne })],
        [.. s_settings, new("final_logit_softcapping", "final_logit_softcapping", IsFloat: true)])
    {
        CompleteConfig = draft =>
        {
            Complete(draft, "gemma3_text", "Gemma3ForCausalLM", layersOfLargest: 62);
            draft.Config["rope_local_base_freq"] = draft.Number("rope.freq_base_swa") ?? DefaultLocalTheta;
            draft.Config["sliding_window_pattern"] = DefaultPattern;
            if (draft.Metadata.TryGet("gemma3.attention.sliding_window_pattern", out GgufValue? pattern))
            {
                if (pattern.Content is bool[] slides)
                {
                    draft.Config["layer_types"] = new JsonArray([.. slides.Select(slide => (JsonNode)(slide ? "sliding_attention" : "full_attention"))]);
                }
                else
                {
                    draft.Config["sliding_window_pattern"] = draft.Integer("attention.sliding_window_pattern");
                }
            }
        },
        CompleteMetadata = CompleteGemma3Metadata,
    };

    private static void Complete(GgufConfigDraft draft, string modelType, string className, int layersOfLargest)
    {
        draft.Name(modelType, className);
        draft.Config["hidden_activation"] = "gelu_pytorch_tanh";
        int heads = Math.Max(1, draft.Integer("attention.head_count") ?? 1);
        draft.Config["query_pre_attn_scalar"] = draft.Integer("block_count") == layersOfLargest ? draft.Integer("embedding_length") / heads : DecoderGguf.HeadDim(draft);
        DecoderGguf.CompleteRope(draft);
    }

    private static void CompleteMetadata(GgufMetadataDraft draft, int layersOfLargest)
    {
        DecoderGguf.SetHeadLength(draft);
        int heads = Math.Max(1, draft.Integer("num_attention_heads") ?? 1);
        int assumed = draft.Integer("num_hidden_layers") == layersOfLargest ? (draft.Integer("hidden_size") ?? 0) / heads : DecoderGguf.HeadDim(draft);
        if (draft.Number("query_pre_attn_scalar") is { } scalar && scalar != assumed)
        {
            draft.Losses.Add($"query_pre_attn_scalar {scalar}: files of this architecture are always read as {assumed}");
        }
    }

    private static void CompleteGemma3Metadata(GgufMetadataDraft draft)
    {
        CompleteMetadata(draft, layersOfLargest: 62);
        JsonObject? full = draft.Rope["full_attention"] as JsonObject ?? draft.Config["rope_scaling"] as JsonObject;
        JsonObject? local = draft.Rope["sliding_attention"] as JsonObject;
        draft.Set("rope.freq_base", (float)((double?)full?["rope_theta"] ?? draft.Number("rope_theta") ?? 1_000_000));
        draft.Set("rope.freq_base_swa", (float)((double?)local?["rope_theta"] ?? draft.Number("rope_local_base_freq") ?? DefaultLocalTheta));
        if ((string?)(full?["rope_type"] ?? full?["type"]) == "linear")
        {
            draft.Set("rope.scaling.type", "linear");
            draft.Set("rope.scaling.factor", (float)((double?)full!["factor"] ?? 1)); // its type was just read
        }

        if (draft.Config["layer_types"] is JsonArray types)
        {
            bool[] slides = [.. types.Select(type => (string?)type == "sliding_attention")];
            int pattern = Array.IndexOf(slides, false) + 1;
            if (pattern > 0 && slides.Select((slide, layer) => slide == ((layer + 1) % pattern != 0)).All(same => same))
            {
                draft.Set("attention.sliding_window_pattern", (uint)pattern);
            }
            else
            {
                draft.Losses.Add("layer_types: the sliding layers follow no regular pattern, which files of this architecture cannot express");
            }
        }
        else
        {
            draft.Set("attention.sliding_window_pattern", (uint)(draft.Integer("sliding_window_pattern") ?? draft.Integer("_sliding_window_pattern") ?? DefaultPattern));
        }
    }
}
