using System.Text.Json.Nodes;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>Phi-3 and Phi-4: joined projections, and divisors of the rotary frequencies for short and long texts.</summary>
internal static class Phi3Gguf
{
    private const string LongFactors = "rope_factors_long.weight";
    private const string ShortFactors = "rope_factors_short.weight";

    public static GgufArchitecture Phi3 { get; } = new(
        "phi3",
        ["phi3"],
        [
            .. DecoderGguf.Ends,
            .. DecoderGguf.PreNorms,
            new("blk.{i}.attn_qkv.weight", "model.layers.{i}.self_attn.qkv_proj.weight"),
            new("blk.{i}.attn_output.weight", "model.layers.{i}.self_attn.o_proj.weight"),
            new("blk.{i}.ffn_up.weight", "model.layers.{i}.mlp.gate_up_proj.weight"),
            new("blk.{i}.ffn_down.weight", "model.layers.{i}.mlp.down_proj.weight"),
        ],
        [.. DecoderGguf.Settings, new("rope.scaling.original_context_length", "original_max_position_embeddings")])
    {
        SettingTensors = [LongFactors, ShortFactors],
        CompleteConfig = draft =>
        {
            draft.Name("phi3", "Phi3ForCausalLM");
            draft.Config["sliding_window"] = draft.Integer("attention.sliding_window") is > 0 and { } window ? window : null;
            if (draft.Integer("rope.dimension_count") is { } rotated && rotated != DecoderGguf.HeadDim(draft))
            {
                draft.Config["partial_rotary_factor"] = (double)rotated / Math.Max(1, DecoderGguf.HeadDim(draft));
            }

            if (draft.Has(LongFactors) && draft.Has(ShortFactors))
            {
                var scaling = new JsonObject { ["rope_type"] = "longrope", ["short_factor"] = GgufConfigDraft.Array(draft.Floats(ShortFactors)), ["long_factor"] = GgufConfigDraft.Array(draft.Floats(LongFactors)) };
                if (draft.Number("rope.scaling.attn_factor") is { } attention)
                {
                    scaling["attention_factor"] = attention;
                }

                draft.Config["rope_scaling"] = scaling;
            }
        },
        CompleteMetadata = draft =>
        {
            double rotated = (draft.RopeNumber("partial_rotary_factor") ?? 1) * DecoderGguf.HeadDim(draft);
            draft.Set("rope.dimension_count", (uint)rotated);
            draft.Set("attention.sliding_window", (uint)(draft.Integer("sliding_window") ?? 0));
            double longest = draft.Number("max_position_embeddings") ?? 0;
            double original = draft.RopeNumber("original_max_position_embeddings") ?? longest;
            draft.Set("rope.scaling.original_context_length", (uint)original);
            if (draft.RopeType is "longrope" or "su")
            {
                draft.Tensors[LongFactors] = draft.RopeNumbers("long_factor") ?? [];
                draft.Tensors[ShortFactors] = draft.RopeNumbers("short_factor") ?? [];
                double scale = longest / original;
                draft.Set("rope.scaling.attn_factor", (float)(draft.RopeNumber("attention_factor") ?? (scale > 1 ? Math.Sqrt(1 + Math.Log(scale) / Math.Log(original)) : 1)));
            }
            else if (draft.RopeType != "default")
            {
                draft.Losses.Add($"rope type '{draft.RopeType}': files of this architecture cannot express it");
            }
        },
    };
}
