using System.Text.Json.Nodes;
using Hone.Core.Random;
using Hone.Core.Runs;
using Hone.Models;
using Hone.Models.Checkpoints;
using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Inference.Tests;

/// <summary>A llama of a few thousand random weights, large enough for every path of the engine.</summary>
internal static class TinyModel
{
    public const int Vocabulary = 300;
    public const int Context = 256;

    private const int Hidden = 32, Layers = 2, Heads = 4, KvHeads = 2, HeadDim = 8, Inner = 48;

    /// <summary>Loads the model; the same seed gives the same weights.</summary>
    public static CausalLm Load(ulong seed = 1, JsonObject? rope = null, float scale = 0.25f, int context = Context) => CausalLm.Load(new RandomSource(seed, scale), Config(rope, context));

    /// <summary>Writes the model, its tokenizer and a chat template into a folder.</summary>
    public static void Save(string folder, ulong seed = 1)
    {
        using (CausalLm model = CausalLm.Load(new RandomSource(seed, 0.25f), Config(null, Context), new LoadOptions { Use = ModelUse.FullTraining }))
        {
            model.Save(new PhysicalFileSystem(), folder);
        }

        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), TinyTokenizer.Json);
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"eos_token": "<|end|>"}""");
        File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}");
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), $$"""{"eos_token_id": [{{TinyTokenizer.End}}]}""");
    }

    private static JsonObject Config(JsonObject? rope, int context)
    {
        var config = new JsonObject
        {
            ["model_type"] = "llama",
            ["vocab_size"] = Vocabulary,
            ["hidden_size"] = Hidden,
            ["intermediate_size"] = Inner,
            ["num_hidden_layers"] = Layers,
            ["num_attention_heads"] = Heads,
            ["num_key_value_heads"] = KvHeads,
            ["head_dim"] = HeadDim,
            ["max_position_embeddings"] = context,
            ["rms_norm_eps"] = 1e-5,
            ["tie_word_embeddings"] = false,
            ["rope_parameters"] = rope ?? new JsonObject { ["rope_type"] = "default", ["rope_theta"] = 10000.0 },
        };
        return config;
    }

    /// <summary>A prompt of random tokens.</summary>
    public static int[] Prompt(ulong seed, int length)
    {
        var random = new RandomStream(seed, "prompt");
        return [.. Enumerable.Range(0, length).Select(_ => random.NextInt32(Vocabulary))];
    }

    /// <summary>Weights from a random stream.</summary>
    private sealed class RandomSource : TensorSource
    {
        private readonly ulong _seed;
        private readonly float _scale;
        private readonly Dictionary<string, TensorEntry> _entries = [];

        public RandomSource(ulong seed, float scale)
        {
            _seed = seed;
            _scale = scale;
            Add("model.embed_tokens.weight", Vocabulary, Hidden);
            Add("lm_head.weight", Vocabulary, Hidden);
            Add("model.norm.weight", Hidden);
            for (int i = 0; i < Layers; i++)
            {
                string layer = $"model.layers.{i}";
                Add($"{layer}.input_layernorm.weight", Hidden);
                Add($"{layer}.post_attention_layernorm.weight", Hidden);
                Add($"{layer}.self_attn.q_proj.weight", Heads * HeadDim, Hidden);
                Add($"{layer}.self_attn.k_proj.weight", KvHeads * HeadDim, Hidden);
                Add($"{layer}.self_attn.v_proj.weight", KvHeads * HeadDim, Hidden);
                Add($"{layer}.self_attn.o_proj.weight", Hidden, Heads * HeadDim);
                Add($"{layer}.mlp.gate_proj.weight", Inner, Hidden);
                Add($"{layer}.mlp.up_proj.weight", Inner, Hidden);
                Add($"{layer}.mlp.down_proj.weight", Hidden, Inner);
            }
        }

        public override IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

        public override string Location => "random weights";

        public override Tensor Load(string name)
        {
            Shape shape = _entries[name].Shape;
            float[] values = new float[shape.ElementCount];
            new RandomStream(_seed, name).FillNormal(values, mean: shape.Rank == 1 ? 1 : 0, standardDeviation: shape.Rank == 1 ? 0.1f : _scale);
            return Tensor.From(values, shape.Dimensions);
        }

        public override QuantizedMatrix LoadBlocks(string name) => throw new InvalidOperationException("There are no blocks.");

        private void Add(string name, params int[] shape) => _entries.Add(name, new TensorEntry(name, new Shape((ReadOnlySpan<int>)shape), DType.F32, null, 0, "", 0));
    }
}
