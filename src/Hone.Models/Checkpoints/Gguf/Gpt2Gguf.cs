namespace Hone.Models.Checkpoints.Gguf;

/// <summary>GPT-2: learned positions; the checkpoint stores its matrices as [in, out], the file as [out, in].</summary>
internal static class Gpt2Gguf
{
    public static GgufArchitecture Gpt2 { get; } = new(
        "gpt2",
        ["gpt2"],
        [
            new("token_embd.weight", "transformer.wte.weight"),
            new("position_embd.weight", "transformer.wpe.weight"),
            new("output_norm.weight", "transformer.ln_f.weight"),
            new("output_norm.bias", "transformer.ln_f.bias"),
            new("output.weight", "lm_head.weight"),
            new("blk.{i}.attn_norm.weight", "transformer.h.{i}.ln_1.weight"),
            new("blk.{i}.attn_norm.bias", "transformer.h.{i}.ln_1.bias"),
            new("blk.{i}.attn_qkv.weight", "transformer.h.{i}.attn.c_attn.weight", GgufChange.Transposed),
            new("blk.{i}.attn_qkv.bias", "transformer.h.{i}.attn.c_attn.bias"),
            new("blk.{i}.attn_output.weight", "transformer.h.{i}.attn.c_proj.weight", GgufChange.Transposed),
            new("blk.{i}.attn_output.bias", "transformer.h.{i}.attn.c_proj.bias"),
            new("blk.{i}.ffn_norm.weight", "transformer.h.{i}.ln_2.weight"),
            new("blk.{i}.ffn_norm.bias", "transformer.h.{i}.ln_2.bias"),
            new("blk.{i}.ffn_up.weight", "transformer.h.{i}.mlp.c_fc.weight", GgufChange.Transposed),
            new("blk.{i}.ffn_up.bias", "transformer.h.{i}.mlp.c_fc.bias"),
            new("blk.{i}.ffn_down.weight", "transformer.h.{i}.mlp.c_proj.weight", GgufChange.Transposed),
            new("blk.{i}.ffn_down.bias", "transformer.h.{i}.mlp.c_proj.bias"),
        ],
        [
            new("context_length", "n_positions", IsRequired: true),
            new("embedding_length", "n_embd", IsRequired: true),
            new("block_count", "n_layer", IsRequired: true),
            new("attention.head_count", "n_head", IsRequired: true),
            new("feed_forward_length", "n_inner"),
            new("attention.layer_norm_epsilon", "layer_norm_epsilon", IsFloat: true),
            new("vocab_size", "vocab_size"),
        ])
    {
        CompleteConfig = draft => draft.Name("gpt2", "GPT2LMHeadModel"),
        CompleteMetadata = draft =>
        {
            draft.Set("feed_forward_length", (uint)(draft.Integer("n_inner") ?? 4 * (draft.Integer("n_embd") ?? 0)));
        },
    };
}
