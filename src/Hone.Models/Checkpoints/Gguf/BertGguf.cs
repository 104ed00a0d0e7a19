namespace Hone.Models.Checkpoints.Gguf;

/// <summary>BERT encoders. RoBERTa and XLM-RoBERTa share the name in files but count positions otherwise, and are refused.</summary>
internal static class BertGguf
{
    private const string Layer = "encoder.layer.{i}.";

    public static GgufArchitecture Bert { get; } = new(
        "bert",
        ["bert"],
        [
            new("token_embd.weight", "embeddings.word_embeddings.weight"),
            new("position_embd.weight", "embeddings.position_embeddings.weight"),
            new("token_types.weight", "embeddings.token_type_embeddings.weight"),
            .. Both("token_embd_norm", "embeddings.LayerNorm"),
            .. Both("blk.{i}.attn_q", Layer + "attention.self.query"),
            .. Both("blk.{i}.attn_k", Layer + "attention.self.key"),
            .. Both("blk.{i}.attn_v", Layer + "attention.self.value"),
            .. Both("blk.{i}.attn_output", Layer + "attention.output.dense"),
            .. Both("blk.{i}.attn_output_norm", Layer + "attention.output.LayerNorm"),
            .. Both("blk.{i}.ffn_up", Layer + "intermediate.dense"),
            .. Both("blk.{i}.ffn_down", Layer + "output.dense"),
            .. Both("blk.{i}.layer_output_norm", Layer + "output.LayerNorm"),
        ],
        [
            new("context_length", "max_position_embeddings", IsRequired: true),
            new("embedding_length", "hidden_size", IsRequired: true),
            new("block_count", "num_hidden_layers", IsRequired: true),
            new("feed_forward_length", "intermediate_size", IsRequired: true),
            new("attention.head_count", "num_attention_heads", IsRequired: true),
            new("attention.layer_norm_epsilon", "layer_norm_eps", IsFloat: true),
            new("vocab_size", "vocab_size"),
        ])
    {
        CompleteConfig = draft =>
        {
            if (draft.Metadata.FindString("tokenizer.ggml.model") is { } tokenizer and not "bert")
            {
                throw new CheckpointFormatException(
                    "This GGUF file holds a RoBERTa model under the name 'bert'; the positions that it leaves out cannot be told.",
                    draft.Metadata.Location,
                    $"tokenizer.ggml.model = {tokenizer}",
                    "Use the model's safetensors files.");
            }

            draft.Name("bert", "BertModel");
            draft.Config["hidden_act"] = "gelu";
            draft.Config["type_vocab_size"] = draft.Tensors.TryGetValue("token_types.weight", out Hone.Tensors.Shape types) ? types[0] : 2;
            draft.Config.Remove("tie_word_embeddings");
        },
        CompleteMetadata = draft =>
        {
            draft.Set("attention.causal", false);
            draft.Set("pooling_type", 1u); // mean; the file must name one, and sentence-transformers' own choice is not in config.json
        },
    };

    private static GgufRule[] Both(string gguf, string huggingFace) => [new(gguf + ".weight", huggingFace + ".weight"), new(gguf + ".bias", huggingFace + ".bias")];
}
