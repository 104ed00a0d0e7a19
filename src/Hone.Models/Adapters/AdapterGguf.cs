using System.Text.Json.Nodes;
using Hone.Models.Checkpoints;
using Hone.Models.Checkpoints.Gguf;
using Hone.Models.Families;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Adapters;

/// <summary>Plans a GGUF file of a LoRA adapter, as llama.cpp loads it beside its base model (<c>--lora FILE</c>).</summary>
/// <remarks>
/// The file has one alpha for all layers and takes each layer's rank from its tensors; where a layer's factor is another one (<c>alpha_pattern</c>, rsLoRA),
/// its B is multiplied by the ratio. Rows of B are reordered as those of the weight are. Source: llama.cpp, <c>convert_lora_to_gguf.py</c> and <c>src/llama-adapter.cpp</c>.
/// </remarks>
public static class AdapterGguf
{
    /// <summary>Plans the file; everything it needs is read at once.</summary>
    /// <param name="folder">The adapter's folder.</param>
    /// <param name="model">The base model, whose family decides on names and on the order of rows.</param>
    /// <exception cref="CheckpointFormatException">There is no adapter, or such files cannot hold this one.</exception>
    /// <exception cref="WeightMismatchException">The adapter belongs to another model.</exception>
    /// <exception cref="ModelConfigException">The settings are damaged or not supported.</exception>
    public static GgufPlan Plan(string folder, TensorSource model)
    {
        ArgumentNullException.ThrowIfNull(model);
        JsonObject config = ModelFolder.RequireConfig(model);
        string modelType = (string?)config["model_type"] ?? "(none)";
        GgufArchitecture architecture = GgufArchitecture.ForModelType(modelType) ?? throw GgufArchitecture.Unknown(model.Location, modelType, isModelType: true);
        using PretrainedModel declared = PretrainedModel.Declare(model, config);
        using LoraAdapter adapter = LoraAdapter.Load(folder, declared);
        RequireLora(adapter, folder);
        var metadata = new GgufMetadata
        {
            Location = folder,
            ["general.architecture"] = GgufValue.Of(architecture.Name),
            ["general.type"] = GgufValue.Of("adapter"),
            ["general.name"] = GgufValue.Of(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))),
            ["general.file_type"] = GgufValue.Of(new WeightTarget(DType.F32, null).FileType),
            ["adapter.type"] = GgufValue.Of("lora"),
            ["adapter.lora.alpha"] = GgufValue.Of((float)adapter.Config.LoraAlpha),
        };
        var draft = new GgufMetadataDraft(architecture, config, metadata);
        var tensors = new List<TensorContent>();
        foreach ((Linear layer, LoraLinear update) in adapter.Linears)
        {
            string key = $"{layer.Path}.weight";
            (string Name, GgufRule Rule, int Expert) place = GgufConversion.Find(architecture, key) is { Rule.Change: not GgufChange.Experts } found ? found : throw new CheckpointFormatException(
                "The adapter updates a layer that GGUF adapters have no place for.", $"{key} in {folder}", $"architecture {architecture.Name}", "Train on attention and MLP projections, or merge the adapter: hone merge.");
            using var scope = TensorScope.Begin("adapter");
            int rank = update.A.Shape[0];
            Tensor b = update.B.Detach() * (update.Scale * rank / adapter.Config.LoraAlpha);
            b = place.Rule.Change is GgufChange.QueryRows or GgufChange.KeyRows ? RowOrder.JoinPairs(b, draft.HeadsOf(place.Rule.Change), key) : b;
            tensors.Add(Content($"{place.Name}.lora_a", update.A.Detach()));
            tensors.Add(Content($"{place.Name}.lora_b", b));
        }

        return new GgufPlan(metadata, [.. tensors.OrderBy(tensor => tensor.Name, GgufOrder.Names)], []);
    }

    private static void RequireLora(LoraAdapter adapter, string folder)
    {
        string? reason = adapter.Config.UseDora ? "it is a DoRA adapter"
            : adapter.ReplacesModules ? "it replaces whole modules or biases"
            : adapter.Embeddings.Count > 0 ? "it updates an embedding"
            : adapter.Config.LoraAlpha == 0 ? "its alpha is 0"
            : null;
        if (reason is not null)
        {
            throw new CheckpointFormatException("GGUF adapters cannot hold this adapter.", folder, reason, "Merge it into its model instead: hone merge MODEL ADAPTER --out DIR, then hone convert DIR --to gguf.");
        }
    }

    private static TensorContent Content(string name, Tensor values)
    {
        float[] copy = values.ToArray<float>();
        int[] shape = values.Shape.Dimensions.ToArray();
        return new TensorContent(name, values.Shape, DType.F32, null, () => [Tensor.From(copy, shape)]);
    }
}
