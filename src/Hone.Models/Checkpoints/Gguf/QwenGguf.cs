using System.Text.Json.Nodes;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>Qwen2, Qwen2.5, Qwen3 and the mixtures of Qwen3.</summary>
internal static class QwenGguf
{
    public static GgufArchitecture Qwen2 { get; } = new("qwen2", ["qwen2"], [.. DecoderGguf.Ends, .. DecoderGguf.PreNorms, .. DecoderGguf.Attention, .. DecoderGguf.AttentionBiases, .. DecoderGguf.Mlp], DecoderGguf.Settings)
    {
        CompleteConfig = draft => Complete(draft, "qwen2", "Qwen2ForCausalLM"),
        CompleteMetadata = CompleteMetadata,
    };

    public static GgufArchitecture Qwen3 { get; } = new(
        "qwen3", ["qwen3"], [.. DecoderGguf.Ends, .. DecoderGguf.PreNorms, .. DecoderGguf.Attention, .. DecoderGguf.AttentionBiases, .. DecoderGguf.HeadNorms, .. DecoderGguf.Mlp], [.. DecoderGguf.Settings, DecoderGguf.KeyLength])
    {
        CompleteConfig = draft => Complete(draft, "qwen3", "Qwen3ForCausalLM"),
        CompleteMetadata = CompleteMetadata,
    };

    public static GgufArchitecture Qwen3Moe { get; } = new(
        "qwen3moe",
        ["qwen3_moe"],
        [
            .. DecoderGguf.Ends,
            .. DecoderGguf.PreNorms,
            .. DecoderGguf.Attention,
            .. DecoderGguf.AttentionBiases,
            .. DecoderGguf.HeadNorms,
            .. DecoderGguf.Mlp,
            new("blk.{i}.ffn_gate_inp.weight", "model.layers.{i}.mlp.gate.weight"),
            new("blk.{i}.ffn_gate_exps.weight", "model.layers.{i}.mlp.experts.{e}.gate_proj.weight", GgufChange.Experts),
            new("blk.{i}.ffn_up_exps.weight", "model.layers.{i}.mlp.experts.{e}.up_proj.weight", GgufChange.Experts),
            new("blk.{i}.ffn_down_exps.weight", "model.layers.{i}.mlp.experts.{e}.down_proj.weight", GgufChange.Experts),
        ],
        [
            .. DecoderGguf.Settings,
            DecoderGguf.KeyLength,
            new("expert_count", "num_experts", IsRequired: true, Alternative: "num_local_experts"),
            new("expert_used_count", "num_experts_per_tok", IsRequired: true),
            new("expert_feed_forward_length", "moe_intermediate_size", IsRequired: true),
        ])
    {
        CompleteConfig = draft =>
        {
            Complete(draft, "qwen3_moe", "Qwen3MoeForCausalLM");
            draft.Config["norm_topk_prob"] = true; // what llama.cpp computes for this architecture
            draft.Config["decoder_sparse_step"] = 1;
            draft.Config["mlp_only_layers"] = new JsonArray([.. DenseLayers(draft).Select(layer => (JsonNode)layer)]);
        },
        CompleteMetadata = draft =>
        {
            CompleteMetadata(draft);
            if ((bool?)draft.Config["norm_topk_prob"] == false)
            {
                draft.Losses.Add("norm_topk_prob false: files of this architecture are always read as true");
            }

            if (draft.Config["mlp_only_layers"] is JsonArray { Count: > 0 } || draft.Integer("decoder_sparse_step") > 1)
            {
                draft.Losses.Add("layers without experts: llama.cpp refuses files of this architecture that have any");
            }
        },
    };

    private static IEnumerable<int> DenseLayers(GgufConfigDraft draft) =>
        draft.Tensors.Keys.Select(name => name.Split('.')).Where(parts => parts is ["blk", _, "ffn_gate", "weight"]).Select(parts => int.TryParse(parts[1], out int layer) ? layer : -1).Where(layer => layer >= 0).Order();

    private static void Complete(GgufConfigDraft draft, string modelType, string className)
    {
        draft.Name(modelType, className);
        draft.Config["use_sliding_window"] = false;
        if (modelType != "qwen2")
        {
            draft.Config["attention_bias"] = draft.Has("blk.0.attn_q.bias");
            draft.Config["head_dim"] ??= 128; // the default of the config class, used when the file says nothing
        }

        DecoderGguf.CompleteRope(draft);
    }

    private static void CompleteMetadata(GgufMetadataDraft draft)
    {
        if (draft.Config["use_sliding_window"] is JsonValue use && use.TryGetValue(out bool isUsed) && isUsed)
        {
            draft.Losses.Add("use_sliding_window: files of this architecture cannot express it; long texts will differ");
        }

        DecoderGguf.SetHeadLength(draft);
        if (!DecoderGguf.CompleteRope(draft))
        {
            draft.Losses.Add($"rope type '{draft.RopeType}': files of this architecture cannot express it");
        }
    }
}
