using System.Text.RegularExpressions;
using Hone.Models.Adapters;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Training.Optimizers;

/// <summary>Divides what is trained into groups with their own weight decay and learning rate.</summary>
public static partial class ParameterGroups
{
    // PEFT's learning rate of updates on embeddings under LoRA+.
    private const double EmbeddingLearningRate = 1e-6;

    /// <summary>The groups of a model whose own weights are trained, or of an adapter on it.</summary>
    /// <param name="model">The model; with an adapter that is attached.</param>
    /// <param name="adapter">What is trained; all trainable parameters of the model when <see langword="null"/>.</param>
    /// <param name="options">Weight decay, learning rate and LoRA+ ratio.</param>
    /// <returns>
    /// <c>decay</c> and <c>no_decay</c> (biases and norms), in this order, either possibly empty; with LoRA+ <c>lora_a</c> (and whole modules), <c>embedding</c>,
    /// <c>lora_b</c> (and vectors) and <c>lora_b_no_decay</c>. Within a group the model's order.
    /// </returns>
    /// <remarks>
    /// Norms are recognised by their kind and, as biases, by their names. Source: transformers 5.23, <c>Trainer.get_decay_parameter_names</c>;
    /// Hayou et al., arXiv:2402.12354; the order of groups as in PEFT 0.21, <c>create_loraplus_optimizer</c>.
    /// </remarks>
    /// <exception cref="TrainingException">Nothing is trained, or LoRA+ is asked for without an adapter.</exception>
    public static IReadOnlyList<ParameterGroup> Create(Module model, LoraAdapter? adapter, OptimizerOptions options)
    {
        Parameter[] trained = [.. (adapter?.Parameters() ?? model.Parameters()).Where(parameter => parameter.IsTrainable)];
        if (trained.Length == 0)
        {
            throw new TrainingException(
                "Nothing is trained: no parameter is trainable.",
                "optimizer",
                adapter is null ? "the model's weights are frozen" : "the adapter's weights are frozen",
                adapter is null ? "Load the model for full training, or give the stage an adapter." : "Load the model for training adapters.");
        }

        HashSet<Parameter> norms = [.. model.Modules().SelectMany(NormWeights)];
        bool IsDecayed(Parameter parameter) => !norms.Contains(parameter) && !NotDecayed().IsMatch(parameter.Name);
        return options.LoraplusLrRatio is { } ratio ? LoraPlus(trained, adapter, options, ratio, IsDecayed) :
        [
            new ParameterGroup { Name = "decay", Parameters = [.. trained.Where(IsDecayed)], WeightDecay = options.WeightDecay },
            new ParameterGroup { Name = "no_decay", Parameters = [.. trained.Where(parameter => !IsDecayed(parameter))] },
        ];
    }

    private static IReadOnlyList<ParameterGroup> LoraPlus(Parameter[] trained, LoraAdapter? adapter, OptimizerOptions options, double ratio, Func<Parameter, bool> isDecayed)
    {
        if (adapter is null)
        {
            throw new TrainingException(
                "LoRA+ sets learning rates of an adapter's matrices, but no adapter is trained.",
                "optimizer.loraplus_lr_ratio",
                $"loraplus_lr_ratio {ratio:R}",
                "Leave it out, or add adapter: { type: lora }.");
        }

        HashSet<Parameter> embedding = [.. adapter.Embeddings.Values.SelectMany(update => new[] { update.A, update.B })];
        HashSet<Parameter> b = [.. adapter.Linears.Values.Select(update => update.B)];
        bool IsFast(Parameter parameter) => !embedding.Contains(parameter) && (b.Contains(parameter) || parameter.Rank == 1);
        Parameter[] fast = [.. trained.Where(IsFast)];
        return
        [
            new ParameterGroup { Name = "lora_a", Parameters = [.. trained.Where(parameter => !embedding.Contains(parameter) && !IsFast(parameter))], WeightDecay = options.WeightDecay },
            new ParameterGroup
            {
                Name = "embedding",
                Parameters = [.. trained.Where(embedding.Contains)],
                WeightDecay = options.WeightDecay,
                LearningRateScale = (options.LoraplusLrEmbedding ?? EmbeddingLearningRate) / options.LearningRate,
            },
            new ParameterGroup { Name = "lora_b", Parameters = [.. fast.Where(isDecayed)], WeightDecay = options.WeightDecay, LearningRateScale = ratio },
            new ParameterGroup { Name = "lora_b_no_decay", Parameters = [.. fast.Where(parameter => !isDecayed(parameter))], LearningRateScale = ratio },
        ];
    }

    private static IEnumerable<Parameter> NormWeights(Module module) => module switch
    {
        RmsNorm norm => [norm.Weight],
        LayerNorm norm => new[] { norm.Weight, norm.Bias }.OfType<Parameter>(),
        _ => [],
    };

    [GeneratedRegex(@"bias|layernorm|rmsnorm|(^|\.)norm($|\.)|_norm($|\.)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NotDecayed();
}
