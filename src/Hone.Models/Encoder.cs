using System.Text.Json.Nodes;
using Hone.Models.Checkpoints;
using Hone.Models.Families;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>A model that reads texts in both directions: hidden states of tokens, from which embeddings are pooled.</summary>
public sealed class Encoder : PretrainedModel
{
    /// <summary>Builds the parts and reads their weights.</summary>
    internal Encoder(TensorSource tensors, EncoderConfig config, LoadOptions? options, bool ownsTensors)
        : base(tensors, config, options, ownsTensors)
    {
        Config = config;
        bool isBelow = Weights.HasAny(config.BasePrefix);
        Body = Child(config.Build(Weights.AtBase(config.BasePrefix)));
        Complete(key => EncoderBody.IsBuffer(key) || (isBelow && !key.StartsWith(config.BasePrefix + ".", StringComparison.Ordinal)));
    }

    /// <summary>Settings of the model.</summary>
    public EncoderConfig Config { get; }

    /// <summary>Embedding and layers.</summary>
    public EncoderBody Body { get; }

    /// <inheritdoc cref="CausalLm.Load(string, LoadOptions?)"/>
    public static new Encoder Load(string path, LoadOptions? options = null) =>
        Build(path, (tensors, config) => new Encoder(tensors, ModelFamilies.Read<EncoderConfig>(config, tensors.Location), options, ownsTensors: true));

    /// <inheritdoc cref="CausalLm.Load(TensorSource, JsonObject, LoadOptions?)"/>
    public static Encoder Load(TensorSource tensors, JsonObject config, LoadOptions? options = null) =>
        new(tensors, ModelFamilies.Read<EncoderConfig>(config, tensors.Location), options, ownsTensors: false);

    /// <summary>Computes the hidden states of tokens.</summary>
    /// <param name="input">Tokens, positions, sequences.</param>
    /// <param name="layerInputs">Receives the input of every layer, when given.</param>
    /// <returns>f32 <c>[tokens, hidden]</c>.</returns>
    public Tensor Forward(EncoderInput input, ICollection<Tensor>? layerInputs = null) => Body.Forward(input, layerInputs);

    /// <summary>The model's own summary of each sequence, <c>[sequences, hidden]</c>; <see langword="null"/> when it has none.</summary>
    /// <param name="hidden">Result of <see cref="Forward"/>.</param>
    /// <param name="context">Where the sequences begin.</param>
    public Tensor? Pool(Tensor hidden, PackedAttentionContext context) => Body.Pool(hidden, context);
}
