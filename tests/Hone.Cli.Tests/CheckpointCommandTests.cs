using System.Text.Json;
using Hone.Core.Runs;
using Hone.Models.Checkpoints;
using Hone.Models.Checkpoints.Gguf;
using Hone.Tensors;

namespace Hone.Cli.Tests;

public sealed class CheckpointCommandTests : CliTestBase
{
    private const string Config = """
        {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":2,"num_key_value_heads":1,
         "intermediate_size":96,"max_position_embeddings":128,"rms_norm_eps":1e-05,"rope_theta":10000.0,"vocab_size":40,"tie_word_embeddings":true}
        """;

    private const string Tokenizer = """
        {"added_tokens":[{"id":1,"content":"<s>","special":true}],"pre_tokenizer":{"type":"ByteLevel","use_regex":true},"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}
        """;

    public CheckpointCommandTests()
    {
        Write("model/config.json", Config);
        Write("model/tokenizer.json", Tokenizer);
        Write("model/tokenizer_config.json", """{"bos_token":"<s>","chat_template":"{{ messages }}\n"}""");
        using var scope = TensorScope.Begin("test");
        var tensors = new List<TensorContent> { Content("model.embed_tokens.weight", 40, 64), Content("model.norm.weight", 64) };
        for (int layer = 0; layer < 2; layer++)
        {
            string at = $"model.layers.{layer}.";
            tensors.AddRange([Content(at + "self_attn.q_proj.weight", 64, 64), Content(at + "self_attn.k_proj.weight", 32, 64), Content(at + "mlp.down_proj.weight", 64, 96), Content(at + "input_layernorm.weight", 64)]);
        }

        SafetensorsWriter.WriteFolder(new PhysicalFileSystem(), "model", tensors);
    }

    [Fact]
    public void Inspect_Folder_ShowsGroupsTypesAndTemplate()
    {
        Assert.Equal(0, Run("inspect", "model"));

        Assert.Contains("llama, layers 2, hidden 64", Out, StringComparison.Ordinal);
        Assert.Contains("model.layers.{0–1}.self_attn.q_proj.weight  ×2", Out, StringComparison.Ordinal);
        Assert.Contains("[64, 64]", Out, StringComparison.Ordinal);
        Assert.Contains("chat template, 15 characters", Out, StringComparison.Ordinal);
        Assert.Empty(Error);
    }

    [Fact]
    public void Inspect_Json_ListsEveryTensor()
    {
        Assert.Equal(0, Run("inspect", "model", "--json"));

        using JsonDocument json = JsonDocument.Parse(Out);
        Assert.Equal(10, json.RootElement.GetProperty("tensors").GetArrayLength());
        Assert.Equal("llama", json.RootElement.GetProperty("config").GetProperty("model_type").GetString());
        Assert.Equal(json.RootElement.GetProperty("parameters").GetInt64() * 2, json.RootElement.GetProperty("memory_bytes").GetProperty("bf16").GetInt64());
    }

    [Fact]
    public void Inspect_ControlCharactersOfAStranger_AreEscaped()
    {
        using var scope = TensorScope.Begin("test");
        GgufWriter.WriteFile(new PhysicalFileSystem(), "x.gguf", new GgufMetadata { ["general.architecture"] = GgufValue.Of("te\u001b[31mst") }, []);

        Assert.Equal(0, Run("inspect", "x.gguf"));

        Assert.DoesNotContain('\u001b', Out);
    }

    [Fact]
    public void Inspect_NoCheckpoint_ExplainsAndFails()
    {
        Assert.Equal(1, Run("inspect", "nowhere"));

        Assert.Contains("There is no such checkpoint.", Error, StringComparison.Ordinal);
        Assert.Empty(Out);
    }

    [Fact]
    public void Convert_ToGgufAndBack_KeepsEveryWeight()
    {
        Assert.Equal(0, Run("convert", "model", "--to", "gguf", "--out", "m.gguf"));
        Assert.Equal(0, Run("convert", "m.gguf", "--to", "safetensors", "--out", "back"));

        Assert.Equal(File.ReadAllBytes("model/model.safetensors"), File.ReadAllBytes("back/model.safetensors"));
        Assert.Contains("no tokenizer files", Error, StringComparison.Ordinal);
        using GgufCheckpoint read = GgufCheckpoint.Open("m.gguf");
        Assert.Equal("{{ messages }}\n", read.Metadata.FindString("tokenizer.chat_template"));
        Assert.Equal(1, read.Metadata.FindInteger("tokenizer.ggml.bos_token_id"));
    }

    [Fact]
    public void Quantize_Model_SaysWhichTypeEachTensorGot()
    {
        Assert.Equal(0, Run("quantize", "model", "--type", "q4_0", "--out", "m.gguf"));

        Assert.Contains("q4_0", Out, StringComparison.Ordinal);
        Assert.Contains("attn_norm, output_norm", Out, StringComparison.Ordinal);
        using GgufCheckpoint read = GgufCheckpoint.Open("m.gguf");
        Assert.Equal("q8_0", read.Entries["model.embed_tokens.weight"].StoredType); // the tied head: q6_k takes rows of 256
        Assert.Equal("f32", read.Entries["model.norm.weight"].StoredType);
    }

    [Fact]
    public void Quantize_QuantizedFile_WarnsOfASecondError()
    {
        Run("quantize", "model", "--type", "q8_0", "--out", "a.gguf");

        Assert.Equal(0, Run("quantize", "a.gguf", "--type", "q4_1", "--out", "b.gguf"));
        Assert.Contains("quantized before (q8_0)", Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quantize", "model", "--type", "q4k", "--out", "x.gguf")]
    [InlineData("convert", "model", "--to", "ggml", "--out", "x")]
    [InlineData("convert", "model", "--to", "gguf", "--dtype", "q8_0", "--out", "x")]
    [InlineData("convert", "model", "--to", "gguf", "--out", "model")]
    [InlineData("convert", "model", "--to", "gguf", "--out", "nowhere/x.gguf")]
    [InlineData("convert", "model", "--to", "safetensors", "--out", "x", "--max-shard-mb", "0")]
    public void WrongUsage_IsRefusedBeforeAnythingIsWritten(params string[] args)
    {
        Assert.Equal(2, Run(args));

        Assert.StartsWith("error: ", Error, StringComparison.Ordinal);
        Assert.False(File.Exists("x.gguf") || Directory.Exists("x"));
    }

    private static TensorContent Content(string name, params int[] shape) =>
        new(name, new Shape(shape), DType.F32, null, () => [Tensor.From([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(i => MathF.Sin(i))], shape)]);
}
