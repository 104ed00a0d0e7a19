using Hone.Core.Random;
using Hone.Core.Recipes;
using Hone.Core.Runs;
using Hone.Models;
using Hone.Models.Checkpoints;
using Hone.Models.Nn;
using Hone.Processors.Tokenizers;
using Hone.Tensors;

namespace Hone.Pipelines.Tests.Stages;

public sealed class NewModelStageTests : IDisposable
{
    private const string Sizes = "hidden_size: 32, num_hidden_layers: 3, num_attention_heads: 4, num_key_value_heads: 2, intermediate_size: 80, max_position_embeddings: 64";

    private readonly RecipeRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("family: llama", 3 * (32 * 32 + 2 * 16 * 32 + 32 * 32 + 3 * 32 * 80 + 64) + 32 + 300 * 32)]
    [InlineData("family: qwen2, dtype: bf16", 3 * (32 * 32 + 2 * 16 * 32 + 64 + 32 * 32 + 3 * 32 * 80 + 64) + 32 + 300 * 32)]
    [InlineData("family: llama, tie_word_embeddings: false, dtype: f16", 3 * (32 * 32 + 2 * 16 * 32 + 32 * 32 + 3 * 32 * 80 + 64) + 32 + 2 * 300 * 32)]
    public void Run_Model_LoadsAndKnowsNothingYet(string options, int parameters)
    {
        string folder = Create(options);
        using CausalLm model = CausalLm.Load(folder);
        var random = new RandomStream(3, "tokens");
        int[] tokens = [.. Enumerable.Range(0, 60).Select(_ => random.NextInt32(300))];

        float[] logits = model.Logits(model.Forward(Tensor.From(tokens, tokens.Length), PackedAttentionContext.FromLengths(tokens.Length))).ToArray<float>();

        Assert.Equal(parameters, _run.Counts["model"]["parameters"]);
        Assert.Equal(300 * 60, logits.Length);
        Assert.All(logits, value => Assert.True(float.IsFinite(value)));
        Assert.InRange(Loss(logits, tokens), Math.Log(300) - 0.1, Math.Log(300) + 0.1);
        Assert.Equal(300, TokenizerLoader.Load(folder).VocabularySize);
    }

    [Fact]
    public void Run_Weights_HaveTheUsualDeviations()
    {
        using TensorSource weights = Checkpoint.Open(Create("family: qwen2"));
        double residual = 0.02 / Math.Sqrt(6);

        Assert.InRange(Deviation(weights, "model.embed_tokens.weight"), 0.0195, 0.0205);
        for (int i = 0; i < 3; i++)
        {
            string layer = $"model.layers.{i}";
            Assert.InRange(Deviation(weights, $"{layer}.self_attn.q_proj.weight"), 0.0185, 0.0215);
            Assert.InRange(Deviation(weights, $"{layer}.mlp.up_proj.weight"), 0.019, 0.021);
            Assert.InRange(Deviation(weights, $"{layer}.self_attn.o_proj.weight"), residual * 0.92, residual * 1.08);
            Assert.InRange(Deviation(weights, $"{layer}.mlp.down_proj.weight"), residual * 0.95, residual * 1.05);
            Assert.All(weights.Load($"{layer}.input_layernorm.weight").ToArray<float>(), value => Assert.Equal(1, value));
            Assert.All(weights.Load($"{layer}.self_attn.k_proj.bias").ToArray<float>(), value => Assert.Equal(0, value));
        }

        Assert.NotEqual(weights.Load("model.layers.0.mlp.up_proj.weight").ToArray<float>(), weights.Load("model.layers.1.mlp.up_proj.weight").ToArray<float>());
    }

    [Fact]
    public void Run_Seed_DecidesTheWeights()
    {
        byte[] first = File.ReadAllBytes(Path.Combine(Create("family: llama"), "model.safetensors"));

        Assert.Equal(first, File.ReadAllBytes(Path.Combine(Create("family: llama"), "model.safetensors")));
        Assert.NotEqual(first, File.ReadAllBytes(Path.Combine(Create("family: llama", seed: 2), "model.safetensors")));
    }

    [Fact]
    public void Run_Model_CanBeTrainedInFullAndSaved()
    {
        string folder = Create("family: llama"), copy = Path.Combine(folder, "copy");
        using (CausalLm model = CausalLm.Load(folder, new LoadOptions { Use = ModelUse.FullTraining }))
        {
            Assert.All(model.Parameters(), parameter => Assert.True(parameter.RequiresGrad));
            model.Save(new PhysicalFileSystem(), copy);
        }

        foreach (string name in (string[])["model.safetensors", "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"])
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(folder, name)), File.ReadAllBytes(Path.Combine(copy, name)));
        }
    }

    [Fact]
    public void Run_TokenizerOfAPath_BringsItsCompanions()
    {
        string folder = Create("family: llama");
        File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), "{{ messages[0].content }}");

        string stages = _run.Stages($"  model: {{ type: new-model, tokenizer: {Path.Combine(folder, "tokenizer.json")}, {Sizes} }}");

        Assert.Equal("{{ messages[0].content }}", File.ReadAllText(Path.Combine(stages, "model", "chat_template.jinja")));
    }

    [Fact]
    public void Run_TokenizerWithoutEnd_IsAnError()
    {
        string folder = Create("family: llama");
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "<|endoftext|>"}""");

        TokenizerFormatException error = Assert.Throws<TokenizerFormatException>(() =>
            _run.Stages($"  model: {{ type: new-model, tokenizer: {Path.Combine(folder, "tokenizer.json")}, {Sizes} }}"));

        Assert.Contains("eos_token", error.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hidden_size: 30, num_hidden_layers: 1, num_attention_heads: 4, intermediate_size: 8", "heads of equal, even width")]
    [InlineData("hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 4, num_key_value_heads: 3, intermediate_size: 8", "cannot share 3 key heads evenly")]
    [InlineData("hidden_size: 32, num_hidden_layers: 0, num_attention_heads: 4, intermediate_size: 8", "at least 1")]
    public void Recipe_WithImpossibleSizes_IsRefused(string sizes, string expected)
    {
        string tokenizer = _run.Write("tokenizer.json", "{}");

        RecipeException error = Assert.Throws<RecipeException>(() => _run.Stages($"  model: {{ type: new-model, tokenizer: {tokenizer}, {sizes} }}"));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private string Create(string options, ulong seed = 1) => Path.Combine(_run.Stages($$"""
          rows: { type: word-problems, count: 60 }
          tok: { type: tokenizer, inputs: [{ from: rows }], vocab_size: 300 }
          model: { type: new-model, tokenizer: { from: tok, artifact: tokenizer.json }, {{Sizes}}, {{options}} }
        """, seed), "model");

    // The mean of −log p(next token), in double precision.
    private static double Loss(float[] logits, int[] tokens)
    {
        double sum = 0;
        for (int i = 0; i + 1 < tokens.Length; i++)
        {
            ReadOnlySpan<float> row = logits.AsSpan(i * 300, 300);
            double total = 0;
            foreach (float value in row)
            {
                total += Math.Exp(value);
            }

            sum += Math.Log(total) - row[tokens[i + 1]];
        }

        return sum / (tokens.Length - 1);
    }

    private static double Deviation(TensorSource weights, string name)
    {
        float[] values = weights.Load(name).ToArray<float>();
        double mean = values.Average(value => (double)value);
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}
