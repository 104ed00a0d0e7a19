using System.Text.Json.Nodes;
using Hone.Models.Checkpoints;
using Hone.Models.Families;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>A language model that predicts the next token: a decoder and its output head.</summary>
public sealed class CausalLm : PretrainedModel
{
    /// <summary>Builds the parts and reads their weights.</summary>
    internal CausalLm(TensorSource tensors, DecoderConfig config, LoadOptions? options, bool ownsTensors)
        : base(tensors, config, options, ownsTensors)
    {
        Config = config;
        Decoder = Child(config.Build(Weights.AtBase(config.BasePrefix)));
        Head = Child(config.TieWordEmbeddings
            ? Linear.CreateTiedHead(Decoder.TokenEmbedding, Weights.At("lm_head"))
            : Linear.CreateHead(config.HiddenSize, config.VocabSize, bias: false, Weights.At("lm_head")));
        Complete(Decoder.IsBuffer);
    }

    /// <summary>Settings of the model.</summary>
    public DecoderConfig Config { get; }

    /// <summary>Everything below the head.</summary>
    public Decoder Decoder { get; }

    /// <summary>The output head, <c>lm_head</c>; its <see cref="Linear.Weight"/> is what a fused loss takes when the model is trained.</summary>
    public Linear Head { get; }

    /// <summary>Number of layers.</summary>
    public int LayerCount => Config.NumHiddenLayers;

    /// <summary>What each layer puts into a cache.</summary>
    public IReadOnlyList<KvShape> KvShapes => [.. Enumerable.Range(0, LayerCount).Select(layer =>
        new KvShape(Config.NumKeyValueHeads, Config.HeadDim, Config.SlidingWindows.IsDefaultOrEmpty ? null : Config.SlidingWindows[layer]))];

    /// <summary>Reads a model from disk.</summary>
    /// <param name="path">A folder with safetensors files and a config.json, or a .gguf file.</param>
    /// <param name="options">How weights are held; for inference in their stored type when not given.</param>
    /// <exception cref="CheckpointFormatException">There is no checkpoint, or it is damaged or incomplete.</exception>
    /// <exception cref="ModelConfigException">The family is unknown, or the config asks for something impossible.</exception>
    /// <exception cref="WeightMismatchException">The tensors are not those of the model; lists all differences.</exception>
    public static new CausalLm Load(string path, LoadOptions? options = null) =>
        Build(path, (tensors, config) => new CausalLm(tensors, ModelFamilies.Read<DecoderConfig>(config, tensors.Location), options, ownsTensors: true));

    /// <summary>Builds a model on tensors from anywhere.</summary>
    /// <param name="tensors">Must stay open as long as the model.</param>
    /// <param name="config">The parsed config.json.</param>
    /// <param name="options">How weights are held; for inference in their stored type when not given.</param>
    /// <exception cref="ModelConfigException">The family is unknown, or the config asks for something impossible.</exception>
    /// <exception cref="WeightMismatchException">The tensors are not those of the model; lists all differences.</exception>
    public static CausalLm Load(TensorSource tensors, JsonObject config, LoadOptions? options = null) =>
        new(tensors, ModelFamilies.Read<DecoderConfig>(config, tensors.Location), options, ownsTensors: false);

    /// <summary>Builds a model on an open checkpoint.</summary>
    /// <param name="tensors">Must stay open as long as the model.</param>
    /// <param name="options">How weights are held; for inference in their stored type when not given.</param>
    /// <exception cref="CheckpointFormatException">The checkpoint has no config.json.</exception>
    /// <exception cref="ModelConfigException">The family is unknown, or the config asks for something impossible.</exception>
    /// <exception cref="WeightMismatchException">The tensors are not those of the model; lists all differences.</exception>
    public static CausalLm Load(TensorSource tensors, LoadOptions? options = null) => Load(tensors, ModelFolder.RequireConfig(tensors), options);

    /// <summary>Computes the hidden states of tokens.</summary>
    /// <param name="inputIds">i32 <c>[tokens]</c>: the sequences one after the other, without padding.</param>
    /// <param name="context">Which tokens belong together, their positions, and the cache.</param>
    /// <param name="layerInputs">Receives the input of every layer, when given.</param>
    /// <returns>f32 <c>[tokens, hidden]</c>, after the final norm.</returns>
    public Tensor Forward(Tensor inputIds, AttentionContext context, ICollection<Tensor>? layerInputs = null) => Decoder.Forward(inputIds, context, layerInputs);

    /// <summary>Scores every token of the vocabulary; caps included.</summary>
    /// <param name="hidden"><c>[rows, hidden]</c>: any rows of the result of <see cref="Forward"/>.</param>
    /// <returns>f32 <c>[rows, vocab]</c>.</returns>
    public Tensor Logits(Tensor hidden)
    {
        Tensor logits = Head.Forward(hidden);
        return Config.FinalLogitSoftcapping is { } cap ? Ops.Tanh(logits * (1 / cap)) * cap : logits;
    }
}
