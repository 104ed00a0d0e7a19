using System.Text.Json.Nodes;
using Hone.Models.Checkpoints;
using Hone.Models.Families;
using Hone.Models.Heads;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>A model that scores whole sequences: classifiers, and rerankers with one label.</summary>
public sealed class SequenceClassifier : PretrainedModel
{
    private readonly Func<EncoderInput, Tensor> _body;

    /// <summary>Builds the parts and reads their weights.</summary>
    internal SequenceClassifier(TensorSource tensors, ModelConfig config, LoadOptions? options, bool ownsTensors)
        : base(tensors, config, options, ownsTensors)
    {
        Config = config;
        switch (config)
        {
            case EncoderConfig encoder:
                EncoderBody below = Child(encoder.Build(Weights.AtBase(encoder.BasePrefix)));
                Head = Child(encoder.BuildClassifier(below, Weights));
                _body = input => below.Forward(input);
                break;
            case DecoderConfig decoder:
                Decoder causal = Child(decoder.Build(Weights.AtBase(decoder.BasePrefix)));
                Head = Child(new LastTokenHead(decoder, Weights));
                _body = input => causal.Forward(input.InputIds, input.Context);
                break;
            default:
                throw new ArgumentException($"A {config.ModelType} does not classify sequences.", nameof(config));
        }

        Complete(key => EncoderBody.IsBuffer(key) || Decoder.IsBuffer(key));
    }

    /// <summary>Settings of the model.</summary>
    public ModelConfig Config { get; }

    /// <summary>The layers on top that score classes.</summary>
    public ClassificationHead Head { get; }

    /// <inheritdoc cref="CausalLm.Load(string, LoadOptions?)"/>
    public static new SequenceClassifier Load(string path, LoadOptions? options = null) =>
        Build(path, (tensors, config) => new SequenceClassifier(tensors, ModelFamilies.Read<ModelConfig>(config, tensors.Location), options, ownsTensors: true));

    /// <inheritdoc cref="CausalLm.Load(TensorSource, JsonObject, LoadOptions?)"/>
    public static SequenceClassifier Load(TensorSource tensors, JsonObject config, LoadOptions? options = null) =>
        new(tensors, ModelFamilies.Read<ModelConfig>(config, tensors.Location), options, ownsTensors: false);

    /// <summary>Probabilities: of the only label by itself, else of one label among all.</summary>
    /// <param name="logits">Result of <see cref="Forward"/>.</param>
    /// <returns>Of the shape of <paramref name="logits"/>.</returns>
    public static Tensor Scores(Tensor logits) => logits.Shape[1] == 1 ? Ops.Sigmoid(logits) : Ops.Softmax(logits);

    /// <summary>Scores sequences.</summary>
    /// <param name="input">Tokens, positions, sequences.</param>
    /// <returns>f32 <c>[sequences, labels]</c>.</returns>
    public Tensor Forward(EncoderInput input) => Head.Forward(_body(input), input);
}
