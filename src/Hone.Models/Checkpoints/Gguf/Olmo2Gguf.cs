namespace Hone.Models.Checkpoints.Gguf;

/// <summary>OLMo 2: norms after the blocks, and norms over whole query and key projections.</summary>
internal static class Olmo2Gguf
{
    public static GgufArchitecture Olmo2 { get; } = new(
        "olmo2",
        ["olmo2"],
        [
            .. DecoderGguf.Ends,
            .. DecoderGguf.Attention,
            .. DecoderGguf.HeadNorms,
            .. DecoderGguf.Mlp,
            new("blk.{i}.post_attention_norm.weight", "model.layers.{i}.post_attention_layernorm.weight"),
            new("blk.{i}.post_ffw_norm.weight", "model.layers.{i}.post_feedforward_layernorm.weight"),
        ],
        DecoderGguf.Settings)
    {
        CompleteConfig = draft =>
        {
            draft.Name("olmo2", "Olmo2ForCausalLM");
            DecoderGguf.CompleteRope(draft);
        },
        CompleteMetadata = draft =>
        {
            DecoderGguf.SetHeadLength(draft);
            if (!DecoderGguf.CompleteRope(draft))
            {
                draft.Losses.Add($"rope type '{draft.RopeType}': files of this architecture cannot express it");
            }
        },
    };
}
