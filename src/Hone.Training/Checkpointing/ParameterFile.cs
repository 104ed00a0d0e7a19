using Hone.Models.Checkpoints;
using Hone.Tensors;
using Hone.Training.Optimizers;

namespace Hone.Training.Checkpointing;

/// <summary>Names of parameters and of an optimizer's state in one safetensors file.</summary>
internal static class ParameterFile
{
    private const string ParameterPrefix = "parameter:";
    private const string OptimizerPrefix = "optimizer:";

    /// <summary>What is saved.</summary>
    /// <param name="parameters">Trained parameters.</param>
    /// <param name="optimizer">The optimizer, or <see langword="null"/> for the parameters alone.</param>
    public static IEnumerable<TensorContent> Contents(IEnumerable<Parameter> parameters, Optimizer? optimizer = null) =>
        parameters.Select(parameter => TensorContent.Of(ParameterPrefix + parameter.Name, parameter))
            .Concat((optimizer?.State() ?? []).Select(state => TensorContent.Of(OptimizerPrefix + state.Name, state.Value)));

    /// <summary>Whether a key names a tensor of the optimizer.</summary>
    public static bool IsOptimizerState(string key) => key.StartsWith(OptimizerPrefix, StringComparison.Ordinal);

    /// <summary>What the optimizer calls it.</summary>
    public static string StateName(string key) => key[OptimizerPrefix.Length..];

    /// <summary>Gives parameters their saved values.</summary>
    /// <exception cref="TrainingException">A parameter is missing or has another shape; nothing is changed then.</exception>
    public static void Restore(TensorSource file, IReadOnlyList<Parameter> parameters)
    {
        string[] wrong = [.. parameters.Where(parameter => !file.Entries.TryGetValue(ParameterPrefix + parameter.Name, out TensorEntry? entry) || entry.Shape != parameter.Shape || entry.DType != parameter.DType).Select(parameter => parameter.Name)];
        int saved = file.Entries.Keys.Count(key => key.StartsWith(ParameterPrefix, StringComparison.Ordinal));
        if (wrong.Length > 0 || saved != parameters.Count)
        {
            throw new TrainingException(
                "The saved parameters are not those that are trained.", file.Location, $"{saved} saved, {parameters.Count} trained{(wrong.Length > 0 ? $", missing or of another shape: {string.Join(", ", wrong.Take(4))}" : "")}",
                "resume with the model and adapter of the run");
        }

        foreach (Parameter parameter in parameters)
        {
            using Tensor value = file.Load(ParameterPrefix + parameter.Name);
            parameter.CopyFrom(value);
        }
    }
}
