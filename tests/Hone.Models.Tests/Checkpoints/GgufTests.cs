using System.Text.Json.Nodes;
using Hone.Core.Runs;
using Hone.Models.Checkpoints;
using Hone.Models.Checkpoints.Gguf;
using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Models.Tests.Checkpoints;

public sealed class GgufTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TensorScope _scope = TensorScope.Begin("test");

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void LoadBlocks_QueryRows_ArePutBackWithoutDequantizing()
    {
        // Two heads of four rows. The file holds pairs (0,2), (1,3) of each head next to each other.
        float[] rows = [.. Enumerable.Range(0, 8).SelectMany(row => Enumerable.Repeat((float)row, 32))];
        Tensor file = Tensor.From<float>([.. new[] { 0, 2, 1, 3, 4, 6, 5, 7 }.SelectMany(row => rows.Skip(row * 32).Take(32))], 8, 32);
        QuantizedMatrix blocks = QuantizedMatrix.Quantize(BlockFormat.Q8_0, file);
        using GgufCheckpoint read = Written(Settings("llama", heads: 2, kvHeads: 2), new TensorContent("blk.3.attn_q.weight", new Shape(8, 32), null, BlockFormat.Q8_0, () => [blocks.Bytes.Detach()]), TensorContent.Of("blk.3.attn_q.bias", Tensor.From<float>([0, 2, 1, 3, 4, 6, 5, 7], 8)));

        QuantizedMatrix matrix = read.LoadBlocks("model.layers.3.self_attn.q_proj.weight");

        Assert.Equal(BlockFormat.Q8_0, matrix.Format);
        Assert.Equal(QuantizedMatrix.Quantize(BlockFormat.Q8_0, Tensor.From(rows, 8, 32)).Bytes.ToArray<byte>(), matrix.Bytes.ToArray<byte>());
        Assert.Equal([0f, 1, 2, 3, 4, 5, 6, 7], read.Load("model.layers.3.self_attn.q_proj.bias").ToArray<float>());
    }

    [Fact]
    public void Load_Experts_AreCutOutOfTheirStack()
    {
        using GgufCheckpoint read = Written(Settings("qwen3moe"), TensorContent.Of("blk.0.ffn_up_exps.weight", Tensor.From<float>([1, 2, 3, 4, 5, 6, 7, 8], 2, 2, 2)));

        Assert.Equal(2, read.Entries.Count);
        Assert.Equal([5f, 6, 7, 8], read.Load("model.layers.0.mlp.experts.1.up_proj.weight").ToArray<float>());
        Assert.Equal(16, read.Entries["model.layers.0.mlp.experts.1.up_proj.weight"].Offset - read.Entries["model.layers.0.mlp.experts.0.up_proj.weight"].Offset);
    }

    [Fact]
    public void Load_GemmaNormAndTransposedMatrix_AreChangedBack()
    {
        using GgufCheckpoint gemma = Written(Settings("gemma2"), TensorContent.Of("blk.0.attn_norm.weight", Tensor.From<float>([1.5f, 1], 2)));
        Assert.Equal([0.5f, 0], gemma.Load("model.layers.0.input_layernorm.weight").ToArray<float>());

        QuantizedMatrix blocks = QuantizedMatrix.Quantize(BlockFormat.Q8_0, Tensor.From<float>([.. Enumerable.Range(0, 64).Select(i => i < 32 ? 127f : -127f)], 2, 32));
        using GgufCheckpoint gpt2 = Written(Settings("gpt2"), new TensorContent("blk.0.ffn_up.weight", new Shape(2, 32), null, BlockFormat.Q8_0, () => [blocks.Bytes.Detach()]));
        Assert.Equal(DType.F32, gpt2.Entries["transformer.h.0.mlp.c_fc.weight"].DType);
        Assert.Equal([127f, -127, 127, -127], gpt2.Load("transformer.h.0.mlp.c_fc.weight").ToArray<float>()[..4]);
        Assert.Equal(new Shape(32, 2), gpt2.Load("transformer.h.0.mlp.c_fc.weight").Shape);
    }

    [Fact]
    public void Load_UnreadableBlocks_NamesTypeAndTensor()
    {
        byte[] file = File.ReadAllBytes(WriteFile(Settings("llama"), new TensorContent("blk.0.ffn_up.weight", new Shape(1, 256), null, BlockFormat.Q2_K, () => [Tensor.Zeros(DType.U8, 84)])));
        int type = file.AsSpan().IndexOf("blk.0.ffn_up.weight"u8) + "blk.0.ffn_up.weight".Length + 4 + 16;
        file[type] = 19; // iq1_s, whose blocks are smaller
        File.WriteAllBytes(_folder.At("x.gguf"), file);
        using GgufCheckpoint read = GgufCheckpoint.Open(_folder.At("x.gguf"));

        var error = Assert.Throws<CheckpointFormatException>(() => read.Load("model.layers.0.mlp.up_proj.weight"));

        Assert.Contains("blk.0.ffn_up.weight", error.Where, StringComparison.Ordinal);
        Assert.Contains("iq1_s", error.Facts, StringComparison.Ordinal);
        Assert.Equal("iq1_s", read.Entries["model.layers.0.mlp.up_proj.weight"].StoredType);
    }

    [Fact]
    public void ReadConfig_MissingSettings_NamesAllOfThem()
    {
        using GgufCheckpoint read = Written(new GgufMetadata { ["general.architecture"] = GgufValue.Of("qwen2"), ["qwen2.block_count"] = GgufValue.Of(2u) });

        string facts = Assert.Throws<CheckpointFormatException>(read.ReadConfig).Facts;

        Assert.Contains("qwen2.context_length", facts, StringComparison.Ordinal);
        Assert.Contains("qwen2.attention.head_count", facts, StringComparison.Ordinal);
        Assert.DoesNotContain("block_count", facts, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadConfig_SettingOfAnotherKind_IsRefused()
    {
        GgufMetadata metadata = Settings("llama");
        metadata["llama.block_count"] = GgufValue.Of("thirty");
        using GgufCheckpoint read = Written(metadata);

        Assert.Contains("llama.block_count", Assert.Throws<CheckpointFormatException>(read.ReadConfig).Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadConfig_Llama3Frequencies_AreRecognised()
    {
        var config = new JsonObject
        {
            ["model_type"] = "llama",
            ["hidden_size"] = 128,
            ["num_hidden_layers"] = 1,
            ["num_attention_heads"] = 2,
            ["intermediate_size"] = 8,
            ["max_position_embeddings"] = 131072,
            ["rope_parameters"] = new JsonObject { ["rope_type"] = "llama3", ["rope_theta"] = 500000.0, ["factor"] = 32.0, ["low_freq_factor"] = 1.0, ["high_freq_factor"] = 4.0, ["original_max_position_embeddings"] = 8192 },
        };
        SafetensorsWriter.WriteFolder(new PhysicalFileSystem(), _folder.Path, [TensorContent.Of("model.norm.weight", Tensor.Zeros(DType.F32, 128))]);
        using SafetensorsCheckpoint source = SafetensorsCheckpoint.Open(_folder.Path);
        GgufPlan plan = GgufConversion.FromModel(source, JsonNode.Parse(config.ToJsonString())!.AsObject(), "x", null, null);
        GgufWriter.WriteFile(new PhysicalFileSystem(), _folder.At("x.gguf"), plan.Metadata, plan.Tensors);

        using GgufCheckpoint read = GgufCheckpoint.Open(_folder.At("x.gguf"));

        JsonObject scaling = read.ReadConfig()["rope_scaling"]!.AsObject();
        Assert.Equal("llama3", (string?)scaling["rope_type"]);
        Assert.Equal(32, (double)scaling["factor"]!);
        Assert.Equal(8192, (int)scaling["original_max_position_embeddings"]!);
        Assert.DoesNotContain("rope_freqs.weight", read.Entries.Keys);
    }

    [Fact]
    public void FromModel_UnknownTensors_AreListed()
    {
        SafetensorsWriter.WriteFolder(new PhysicalFileSystem(), _folder.Path, [TensorContent.Of("model.extra.weight", Tensor.Zeros(DType.F32, 4)), TensorContent.Of("score.weight", Tensor.Zeros(DType.F32, 4))]);
        using SafetensorsCheckpoint source = SafetensorsCheckpoint.Open(_folder.Path);
        var config = JsonNode.Parse("""{"model_type":"qwen2","hidden_size":4,"num_hidden_layers":1,"num_attention_heads":1,"intermediate_size":4,"max_position_embeddings":8}""")!.AsObject();

        string facts = Assert.Throws<CheckpointFormatException>(() => GgufConversion.FromModel(source, config, "x", null, null)).Facts;

        Assert.Contains("model.extra.weight", facts, StringComparison.Ordinal);
        Assert.Contains("score.weight", facts, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("blk.0.attn_norm.weight", 64, "q4_k", "f32")]
    [InlineData("blk.0.ffn_gate_inp.weight", 256, "q4_k", "f32")]
    [InlineData("blk.0.ffn_up.weight", 512, "q4_k", "q4_k")]
    [InlineData("blk.0.ffn_up.weight", 576, "q4_k", "q5_0")]
    [InlineData("blk.0.ffn_up.weight", 576, "q6_k", "q8_0")]
    [InlineData("blk.0.ffn_up.weight", 33, "q4_0", "f16")]
    [InlineData("token_embd.weight", 512, "q4_0", "q6_k")]
    [InlineData("token_embd.weight", 512, "q8_0", "q8_0")]
    [InlineData("token_embd.weight", 512, "bf16", "bf16")]
    public void For_Tensor_GivesItsType(string name, int columns, string target, string expected) =>
        Assert.Equal(expected, WeightTarget.Find(target)!.Value.For(name, new Shape(4, columns), isHead: name == "token_embd.weight").Name);

    [Fact]
    public void Copy_WeightsOutOfRange_NamesTheTensor()
    {
        using GgufCheckpoint read = Written(Settings("llama"), TensorContent.Of("blk.0.ffn_up.weight", Tensor.Full(DType.F32, 1e9, 2, 32)));
        GgufPlan plan = GgufConversion.Copy(read, WeightTarget.Find("f16"));

        var error = Assert.Throws<CheckpointFormatException>(() => GgufWriter.WriteFile(new PhysicalFileSystem(), _folder.At("y.gguf"), plan.Metadata, plan.Tensors));

        Assert.Equal("blk.0.ffn_up.weight", error.Where);
        Assert.False(File.Exists(_folder.At("y.gguf")));
    }

    [Fact]
    public void ReadTokenizer_ByteLevelBpe_HasTokensTypesMergesAndSpecials()
    {
        File.WriteAllText(_folder.At("tokenizer.json"), """
            {"added_tokens":[{"id":3,"content":"<s>","special":true},{"id":4,"content":"<x>","special":false}],
             "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"use_regex":true},
             "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}]},
             "model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":[["a","b"]]}}
            """);
        File.WriteAllText(_folder.At("tokenizer_config.json"), """{"bos_token":"<s>","eos_token":{"content":"<x>"},"chat_template":"{{ x }}"}""");

        GgufMetadata read = GgufTokenizer.Read(_folder.Path, vocabularySize: 6)!;

        Assert.Equal("gpt2", read.FindString("tokenizer.ggml.model"));
        Assert.Equal("gpt-2", read.FindString("tokenizer.ggml.pre"));
        Assert.Equal(["a", "b", "ab", "<s>", "<x>", "[PAD5]"], read.FindStrings("tokenizer.ggml.tokens"));
        Assert.Equal([1, 1, 1, 3, 4, 5], read.FindIntegers("tokenizer.ggml.token_type"));
        Assert.Equal(["a b"], read.FindStrings("tokenizer.ggml.merges"));
        Assert.Equal(3, read.FindInteger("tokenizer.ggml.bos_token_id"));
        Assert.Equal(4, read.FindInteger("tokenizer.ggml.eos_token_id"));
        Assert.True(read.FindFlag("tokenizer.ggml.add_bos_token"));
        Assert.False(read.FindFlag("tokenizer.ggml.add_eos_token"));
        Assert.Equal("{{ x }}", read.FindString("tokenizer.chat_template"));
    }

    [Fact]
    public void ReadTokenizer_SentencePieceBpe_HasScoresInMergeOrder()
    {
        File.WriteAllText(_folder.At("tokenizer.json"), """
            {"normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"}]},
             "model":{"type":"BPE","unk_token":"<unk>","byte_fallback":true,"vocab":{"<unk>":0,"<0x41>":1,"a":2,"b":3,"ab":4,"aab":5},"merges":["a b","a ab"]}}
            """);

        GgufMetadata read = GgufTokenizer.Read(_folder.Path, vocabularySize: 0)!;

        Assert.Equal("llama", read.FindString("tokenizer.ggml.model"));
        Assert.Equal([0f, 0, 0, 0, 0, -1], read.FindNumbers("tokenizer.ggml.scores"));
        Assert.Equal([2, 6, 1, 1, 1, 1], read.FindIntegers("tokenizer.ggml.token_type"));
        Assert.True(read.FindFlag("tokenizer.ggml.add_space_prefix"));
    }

    [Theory]
    [InlineData("""{"model":{"type":"Unigram"}}""")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":2000000000}}}""")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":-1}}}""")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":1e99}}}""")]
    [InlineData("""{"model":[]}""")]
    [InlineData("""[]""")]
    [InlineData("""{""")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0}},"pre_tokenizer":{"type":"ByteLevel","use_regex":false}}""")]
    public void ReadTokenizer_OtherFiles_AreRefused(string text)
    {
        File.WriteAllText(_folder.At("tokenizer.json"), text);

        Assert.Throws<CheckpointFormatException>(() => GgufTokenizer.Read(_folder.Path, 0));
    }

    private static GgufMetadata Settings(string architecture, uint heads = 1, uint kvHeads = 1) => new()
    {
        ["general.architecture"] = GgufValue.Of(architecture),
        [$"{architecture}.attention.head_count"] = GgufValue.Of(heads),
        [$"{architecture}.attention.head_count_kv"] = GgufValue.Of(kvHeads),
    };

    private GgufCheckpoint Written(GgufMetadata metadata, params TensorContent[] tensors) => GgufCheckpoint.Open(WriteFile(metadata, tensors));

    private string WriteFile(GgufMetadata metadata, params TensorContent[] tensors)
    {
        string path = _folder.At($"{Guid.NewGuid():n}.gguf");
        GgufWriter.WriteFile(new PhysicalFileSystem(), path, metadata, tensors);
        return path;
    }
}
