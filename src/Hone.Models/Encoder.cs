using System.Text.Json.Nodes;
using Hone.Models.Checkpoints;
using Hone.Models.Families;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>A model that reads texts in both directions: hidden states of tokens, from which embeddings are pooled.</summary>
public sealed class Encoder : Module
{
    private readonly TensorSource? _source;

    private Encoder(EncoderConfig config, WeightSource weights, TensorSource? source)
    {
        Config = config;
        _source = source;
        bool isBelow = weights.HasAny(config.BasePrefix);
        Body = Child(config.Build(weights.AtBase(config.BasePrefix)));
        weights.Complete(key => key.EndsWith("position_ids", StringComparison.Ordinal) || (isBelow && !key.StartsWith(config.BasePrefix + ".", StringComparison.Ordinal)));
        Notices = weights.Notices;
    }

    /// <summary>Settings of the model.</summary>
    public EncoderConfig Config { get; }

    /// <summary>Embedding and layers.</summary>
    public EncoderBody Body { get; }

    /// <summary>What the user should know about the checkpoint, such as heads that were left aside.</summary>
    public IReadOnlyList<string> Notices { get; }

    /// <summary>Builds a model on tensors from anywhere.</summary>
    /// <inheritdoc cref="CausalLm.Load(TensorSource, JsonObject, LoadOptions?)"/>
    public static Encoder Load(TensorSource tensors, JsonObject config, LoadOptions? options = null) =>
        new(ModelFamilies.Read<EncoderConfig>(config, tensors.Location), WeightSource.Open(tensors, options ?? new LoadOptions()), source: null);

    /// <summary>Computes the hidden states of tokens.</summary>
    /// <param name="input">Tokens, positions, sequences.</param>
    /// <param name="layerInputs">Receives the input of every layer, when given.</param>
    /// <returns>f32 <c>[tokens, hidden]</c>.</returns>
    public Tensor Forward(EncoderInput input, ICollection<Tensor>? layerInputs = null) => Body.Forward(input, layerInputs);

    /// <summary>The model's own summary of each sequence, <c>[sequences, hidden]</c>; <see langword="null"/> when it has none.</summary>
    /// <param name="hidden">Result of <see cref="Forward"/>.</param>
    /// <param name="context">Where the sequences begin.</param>
    public Tensor? Pool(Tensor hidden, PackedAttentionContext context) => Body.Pool(hidden, context);

    /// <inheritdoc/>
    protected override void Dispose(bool isDisposing)
    {
        base.Dispose(isDisposing);
        _source?.Dispose();
    }
}
