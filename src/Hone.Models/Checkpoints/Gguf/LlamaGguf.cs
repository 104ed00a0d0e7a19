using System.Text.Json.Nodes;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>Llama, Mistral, Mixtral and SmolLM3: files store the rows of queries and keys in the order of neighbouring pairs.</summary>
internal static class LlamaGguf
{
    private const string FrequencyFactors = "rope_freqs.weight";

    private static readonly GgufRule[] s_rules =
    [
        .. DecoderGguf.Ends,
        .. DecoderGguf.PreNorms,
        .. DecoderGguf.Attention.Concat(DecoderGguf.AttentionBiases).Select(rule => rule with
        {
            Change = rule.Gguf.Contains("attn_q.", StringComparison.Ordinal) ? GgufChange.QueryRows
                : rule.Gguf.Contains("attn_k.", StringComparison.Ordinal) ? GgufChange.KeyRows
                : GgufChange.None,
        }),
        .. DecoderGguf.Mlp,
        .. DecoderGguf.MlpBiases,
        new("blk.{i}.ffn_gate_inp.weight", "model.layers.{i}.block_sparse_moe.gate.weight"),
        new("blk.{i}.ffn_gate_exps.weight", "model.layers.{i}.block_sparse_moe.experts.{e}.w1.weight", GgufChange.Experts),
        new("blk.{i}.ffn_down_exps.weight", "model.layers.{i}.block_sparse_moe.experts.{e}.w2.weight", GgufChange.Experts),
        new("blk.{i}.ffn_up_exps.weight", "model.layers.{i}.block_sparse_moe.experts.{e}.w3.weight", GgufChange.Experts),
    ];

    private static readonly GgufSetting[] s_settings =
    [
        .. DecoderGguf.Settings,
        new("rope.dimension_count", "head_dim"),
        DecoderGguf.KeyLength, // after the former, which it overrules
        new("expert_count", "num_local_experts"),
        new("expert_used_count", "num_experts_per_tok"),
    ];

    public static GgufArchitecture Llama { get; } = new("llama", ["llama", "mistral", "mixtral"], s_rules, s_settings)
    {
        SettingTensors = [FrequencyFactors],
        CompleteConfig = draft =>
        {
            bool isMixture = draft.Integer("expert_count") > 0;
            int? window = draft.Integer("attention.sliding_window");
            draft.Name(isMixture ? "mixtral" : window > 0 ? "mistral" : "llama", isMixture ? "MixtralForCausalLM" : window > 0 ? "MistralForCausalLM" : "LlamaForCausalLM");
            if (window > 0)
            {
                draft.Config["sliding_window"] = window;
            }

            CompleteBiasesAndRope(draft);
        },
        CompleteMetadata = draft =>
        {
            if (draft.Integer("sliding_window") is { } window)
            {
                draft.Set("attention.sliding_window", (uint)window);
                draft.Losses.Add($"sliding_window {window}: other programs may ignore it for this architecture; texts longer than the window will differ there");
            }

            SetSizesAndRope(draft);
        },
    };

    public static GgufArchitecture SmolLm3 { get; } = new("smollm3", ["smollm3"], s_rules, s_settings)
    {
        CompleteConfig = draft =>
        {
            draft.Name("smollm3", "SmolLM3ForCausalLM");
            draft.Config["no_rope_layer_interval"] = NoRopeInterval;
            CompleteBiasesAndRope(draft);
        },
        CompleteMetadata = draft =>
        {
            int layers = draft.Integer("num_hidden_layers") ?? 0;
            bool isUsual = draft.Config["no_rope_layers"] is JsonArray rotated
                ? rotated.Select((flag, layer) => (int?)flag == ((layer + 1) % NoRopeInterval == 0 ? 0 : 1)).All(same => same)
                : (draft.Integer("no_rope_layer_interval") ?? NoRopeInterval) == NoRopeInterval;
            if (!isUsual)
            {
                draft.Losses.Add($"no_rope_layers: files of this architecture leave every {NoRopeInterval}th of the {layers} layers without rotation and cannot say otherwise");
            }

            SetSizesAndRope(draft);
        },
    };

    private const int NoRopeInterval = 4; // fixed in llama.cpp for this architecture

    private static void CompleteBiasesAndRope(GgufConfigDraft draft)
    {
        draft.Config["attention_bias"] = draft.Has("blk.0.attn_q.bias");
        draft.Config["mlp_bias"] = draft.Has("blk.0.ffn_gate.bias");
        if (draft.Has(FrequencyFactors))
        {
            draft.Config["rope_scaling"] = ScalingOf(draft);
        }
        else
        {
            DecoderGguf.CompleteRope(draft);
        }
    }

    /// <summary>
    /// Files state the divisor of each frequency. Those of Llama 3.1 and later follow from four numbers, which are looked for;
    /// other divisors are stated as they are, by the type that lists them.
    /// </summary>
    private static JsonObject ScalingOf(GgufConfigDraft draft)
    {
        float[] divisors = draft.Floats(FrequencyFactors);
        double theta = draft.Number("rope.freq_base") ?? 10000;
        float factor = divisors.Max();
        foreach (int original in (int[])[8192, 4096, 16384, 32768])
        {
            float[] expected = Llama3Divisors(divisors.Length * 2, theta, factor, 1, 4, original);
            if (divisors.Zip(expected, (found, wanted) => MathF.Abs(found - wanted) <= 1e-4f * wanted).All(same => same))
            {
                return new JsonObject { ["rope_type"] = "llama3", ["factor"] = factor, ["low_freq_factor"] = 1.0, ["high_freq_factor"] = 4.0, ["original_max_position_embeddings"] = original };
            }
        }

        return new JsonObject
        {
            ["rope_type"] = "longrope",
            ["short_factor"] = GgufConfigDraft.Array(divisors),
            ["long_factor"] = GgufConfigDraft.Array(divisors),
            ["attention_factor"] = 1.0,
            ["original_max_position_embeddings"] = draft.Integer("context_length"),
        };
    }

    /// <summary>Divisors of the rotary frequencies: 1 for short wavelengths, <paramref name="factor"/> for long ones, blended between.</summary>
    /// <remarks>Source: transformers, modeling_rope_utils, type llama3.</remarks>
    private static float[] Llama3Divisors(int dimensions, double theta, double factor, double low, double high, double original)
    {
        var divisors = new float[dimensions / 2];
        for (int i = 0; i < divisors.Length; i++)
        {
            double wavelength = 2 * Math.PI * Math.Pow(theta, 2.0 * i / dimensions);
            double blend = (original / wavelength - low) / (high - low);
            divisors[i] = (float)(wavelength < original / high ? 1 : wavelength > original / low ? factor : 1 / ((1 - blend) / factor + blend));
        }

        return divisors;
    }

    private static void SetSizesAndRope(GgufMetadataDraft draft)
    {
        DecoderGguf.SetHeadLength(draft);
        int dimensions = DecoderGguf.HeadDim(draft);
        draft.Set("rope.dimension_count", (uint)dimensions);
        if (draft.RopeType == "llama3")
        {
            draft.Tensors[FrequencyFactors] = Llama3Divisors(
                dimensions,
                draft.RopeNumber("rope_theta") ?? 10000,
                draft.RopeNumber("factor") ?? 8,
                draft.RopeNumber("low_freq_factor") ?? 1,
                draft.RopeNumber("high_freq_factor") ?? 4,
                draft.RopeNumber("original_max_position_embeddings") ?? 8192);
        }
        else if (!DecoderGguf.CompleteRope(draft))
        {
            draft.Losses.Add($"rope type '{draft.RopeType}': files of this architecture cannot express it");
        }
    }
}
