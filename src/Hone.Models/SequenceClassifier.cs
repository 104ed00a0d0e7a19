using System.Text.Json.Nodes;
using Hone.Models.Checkpoints;
using Hone.Models.Families;
using Hone.Models.Heads;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>A model that scores whole sequences: classifiers, and rerankers with one label.</summary>
public sealed class SequenceClassifier : Module
{
    private readonly TensorSource? _source;
    private readonly EncoderBody? _encoder;
    private readonly Decoder? _decoder;

    private SequenceClassifier(ModelConfig config, WeightSource weights, TensorSource? source)
    {
        Config = config;
        _source = source;
        if (config is EncoderConfig encoder)
        {
            _encoder = Child(encoder.Build(weights.AtBase(encoder.BasePrefix)));
            Head = Child(encoder.BuildClassifier(_encoder, weights));
        }
        else if (config is DecoderConfig decoder)
        {
            _decoder = Child(decoder.Build(weights.AtBase(decoder.BasePrefix)));
            Head = Child(new LastTokenHead(decoder, weights));
        }
        else
        {
            throw new ArgumentException($"A {config.ModelType} does not classify sequences.", nameof(config));
        }

        weights.Complete(key => key.EndsWith("position_ids", StringComparison.Ordinal) || key.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal));
    }

    /// <summary>Settings of the model.</summary>
    public ModelConfig Config { get; }

    /// <summary>The layers on top that score classes.</summary>
    public ClassificationHead Head { get; }

    /// <summary>Builds a model on tensors from anywhere.</summary>
    /// <inheritdoc cref="CausalLm.Load(TensorSource, JsonObject, LoadOptions?)"/>
    public static SequenceClassifier Load(TensorSource tensors, JsonObject config, LoadOptions? options = null) =>
        new(ModelFamilies.Read<ModelConfig>(config, tensors.Location), WeightSource.Open(tensors, options ?? new LoadOptions()), source: null);

    /// <summary>Scores sequences.</summary>
    /// <param name="input">Tokens, positions, sequences.</param>
    /// <returns>f32 <c>[sequences, labels]</c>.</returns>
    public Tensor Forward(EncoderInput input)
    {
        // One of the two was built.
        Tensor hidden = _encoder?.Forward(input) ?? _decoder!.Forward(input.InputIds, input.Context);
        return Head.Forward(hidden, input);
    }

    /// <summary>Probabilities: of the only label by itself, else of one label among all.</summary>
    /// <param name="logits">Result of <see cref="Forward"/>.</param>
    /// <returns>Of the shape of <paramref name="logits"/>.</returns>
    public static Tensor Scores(Tensor logits) => logits.Shape[1] == 1 ? Ops.Sigmoid(logits) : Ops.Softmax(logits);

    /// <inheritdoc/>
    protected override void Dispose(bool isDisposing)
    {
        base.Dispose(isDisposing);
        _source?.Dispose();
    }
}
