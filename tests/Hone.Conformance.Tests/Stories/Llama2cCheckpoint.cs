using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Hone.Models.Checkpoints;
using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Conformance.Tests.Stories;

/// <summary>A checkpoint as llama2.c writes it: seven integers, then all tensors of f32 in a fixed order, those of one kind for all layers in a row.</summary>
/// <remarks>Rotary embeddings turn neighbouring elements, as in GGUF: rows of q and k are reordered to the halves that Hugging Face's layout turns.</remarks>
public sealed class Llama2cCheckpoint : TensorSource
{
    private const int HeaderInts = 7;

    private readonly float[] _values;
    private readonly int[] _header;
    private readonly Dictionary<string, TensorEntry> _entries = [];
    private int _at;

    /// <summary>Reads a whole file.</summary>
    public Llama2cCheckpoint(string path)
    {
        Location = path;
        byte[] bytes = File.ReadAllBytes(path);
        _header = [.. Enumerable.Range(0, HeaderInts).Select(i => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(i * sizeof(int))))];
        _values = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(HeaderInts * sizeof(int))).ToArray();
        int queryWidth = Heads * HeadDim, kvWidth = KvHeads * HeadDim;
        Add("model.embed_tokens.weight", Vocabulary, Hidden);
        AddLayers("input_layernorm", Hidden);
        AddLayers("self_attn.q_proj", queryWidth, Hidden);
        AddLayers("self_attn.k_proj", kvWidth, Hidden);
        AddLayers("self_attn.v_proj", kvWidth, Hidden);
        AddLayers("self_attn.o_proj", Hidden, queryWidth);
        AddLayers("post_attention_layernorm", Hidden);
        AddLayers("mlp.gate_proj", Intermediate, Hidden);
        AddLayers("mlp.down_proj", Hidden, Intermediate);
        AddLayers("mlp.up_proj", Intermediate, Hidden);
        Add("model.norm.weight", Hidden);
        _at += MaxLength * HeadDim; // tables of cosines and sines, which the model computes itself
        if (!IsTied)
        {
            Add("lm_head.weight", Vocabulary, Hidden);
        }

        Assert.Equal(_values.Length, _at);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <inheritdoc/>
    public override string Location { get; }

    private int Hidden => _header[0];

    private int Intermediate => _header[1];

    private int Layers => _header[2];

    private int Heads => _header[3];

    private int KvHeads => _header[4];

    private int Vocabulary => Math.Abs(_header[5]);

    // A negative vocabulary says that the output has a table of its own.
    private bool IsTied => _header[5] > 0;

    private int MaxLength => _header[6];

    private int HeadDim => Hidden / Heads;

    /// <inheritdoc/>
    public override Tensor Load(string name)
    {
        TensorEntry entry = _entries[name];
        ReadOnlySpan<float> stored = _values.AsSpan((int)(entry.Offset / sizeof(float)) - HeaderInts, (int)(entry.SizeBytes / sizeof(float)));
        float[] values = name.EndsWith("q_proj.weight", StringComparison.Ordinal) || name.EndsWith("k_proj.weight", StringComparison.Ordinal) ? HalvesOfHeads(stored) : stored.ToArray();
        return entry.Shape.Rank == 1 ? Tensor.From(values, entry.Shape[0]) : Tensor.From(values, entry.Shape[0], entry.Shape[1]);
    }

    /// <inheritdoc/>
    public override QuantizedMatrix LoadBlocks(string name) => throw MissingTensor(name);

    /// <inheritdoc/>
    public override JsonObject ReadConfig() => new()
    {
        ["model_type"] = "llama",
        ["hidden_size"] = Hidden,
        ["intermediate_size"] = Intermediate,
        ["num_hidden_layers"] = Layers,
        ["num_attention_heads"] = Heads,
        ["num_key_value_heads"] = KvHeads,
        ["vocab_size"] = Vocabulary,
        ["max_position_embeddings"] = MaxLength,
        ["rms_norm_eps"] = 1e-5,
        ["rope_theta"] = 10000.0,
        ["hidden_act"] = "silu",
        ["tie_word_embeddings"] = IsTied,
    };

    // Rows 2i and 2i+1 of a head, which turn together, become rows i and i + headDim/2.
    private float[] HalvesOfHeads(ReadOnlySpan<float> stored)
    {
        float[] values = new float[stored.Length];
        int half = HeadDim / 2;
        for (int row = 0; row < stored.Length / Hidden; row++)
        {
            int head = row / HeadDim, within = row % HeadDim;
            int target = (head * HeadDim) + (within % 2 * half) + (within / 2);
            stored.Slice(row * Hidden, Hidden).CopyTo(values.AsSpan(target * Hidden));
        }

        return values;
    }

    private void AddLayers(string name, params int[] shape)
    {
        for (int layer = 0; layer < Layers; layer++)
        {
            Add($"model.layers.{layer}.{name}.weight", shape);
        }
    }

    private void Add(string name, params int[] shape)
    {
        int count = shape.Aggregate(1, (product, size) => product * size);
        _entries.Add(name, new TensorEntry(name, new Shape(shape), DType.F32, null, (long)count * sizeof(float), Location, (long)(HeaderInts + _at) * sizeof(float)));
        _at += count;
    }
}
