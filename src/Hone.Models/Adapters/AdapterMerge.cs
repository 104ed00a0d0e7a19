using System.Text.Json.Nodes;
using Hone.Core.Runs;
using Hone.Models.Checkpoints;
using Hone.Models.Families;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Adapters;

/// <summary>Writes a model with an adapter's updates in its weights: a checkpoint that any tool loads without knowing of adapters.</summary>
/// <remarks>
/// Weights are made one after the other while the file is written, so that memory holds one at a time. When an update touches a table that embedding and head
/// share, both are written and <c>tie_word_embeddings</c> is turned off.
/// </remarks>
public static class AdapterMerge
{
    /// <summary>Merges.</summary>
    /// <param name="files">The file operations to use.</param>
    /// <param name="model">The base model: a folder, or a .gguf file, whose blocks are dequantized.</param>
    /// <param name="adapter">The adapter's folder.</param>
    /// <param name="folder">Where to write; made when it does not exist.</param>
    /// <param name="dtype">Type of all weights; when not given that of the base, and bf16 for weights that were blocks.</param>
    /// <returns>Number of weights that the adapter changed.</returns>
    /// <exception cref="CheckpointFormatException">Model or adapter are missing or damaged.</exception>
    /// <exception cref="ModelConfigException">The family or the kind of adapter is not supported.</exception>
    /// <exception cref="WeightMismatchException">The adapter belongs to another model.</exception>
    /// <exception cref="RunFolderException">A file cannot be written.</exception>
    public static int Write(IFileSystem files, string model, string adapter, string folder, DType? dtype = null)
    {
        using TensorSource tensors = Checkpoint.Open(model);
        JsonObject config = ModelFolder.RequireConfig(tensors);
        using PretrainedModel declared = PretrainedModel.Declare(tensors, config);
        using LoraAdapter lora = LoraAdapter.Load(adapter, declared);
        Dictionary<string, Func<Tensor>> changed = Changes(declared, lora);

        List<TensorContent> contents = [.. tensors.Entries.Values.Where(entry => !changed.ContainsKey(entry.Name) || !IsSharedHead(declared, entry.Name)).Select(entry =>
            changed.TryGetValue(entry.Name, out Func<Tensor>? make) ? Content(entry.Name, entry.Shape, entry, make, dtype)
            : dtype is null && entry.Format is null ? TensorContent.From(tensors, entry.Name)
            : Content(entry.Name, entry.Shape, entry, () => new StoredWeight(tensors, entry.Name, entry).ReadDense(DType.F32), dtype))];
        Dictionary<string, JsonNode?>? settings = null;
        if (Untie(declared, tensors, changed, dtype) is { } head)
        {
            contents.Add(head);
            settings = new() { ["tie_word_embeddings"] = false };
        }

        bool changesType = dtype is not null || tensors.Entries.Values.Any(entry => entry.Format is not null);
        ModelFolder.Write(files, folder, contents, tensors, config, changesType ? dtype ?? DType.BF16 : null, settings);
        return changed.Count;
    }

    /// <summary>How to make each weight that the adapter changes, by its key; a shared head under the key that it would have of its own.</summary>
    private static Dictionary<string, Func<Tensor>> Changes(PretrainedModel model, LoraAdapter adapter)
    {
        var changes = new Dictionary<string, Func<Tensor>>(StringComparer.Ordinal);
        foreach (SavedModule saved in adapter.Saved)
        {
            foreach ((string part, Parameter value) in saved.Values)
            {
                changes[$"{saved.Module.Path}.{part}"] = () => value.Detach();
            }
        }

        foreach ((Linear layer, LoraLinear update) in adapter.Linears)
        {
            Func<Tensor>? replaced = changes.GetValueOrDefault($"{layer.Path}.weight");
            changes[$"{layer.Path}.weight"] = () =>
            {
                Tensor weight = replaced?.Invoke() ?? layer.ReadWeightAsStored();
                Tensor merged = update.Merge(layer.IsTransposed ? Ops.Transpose(weight) : weight);
                return layer.IsTransposed ? Ops.Transpose(merged) : merged;
            };
        }

        foreach ((Embedding layer, LoraEmbedding update) in adapter.Embeddings)
        {
            Func<Tensor>? replaced = changes.GetValueOrDefault($"{layer.Path}.weight");
            changes[$"{layer.Path}.weight"] = () => update.Merge(replaced?.Invoke() ?? layer.ReadTable());
        }

        return changes;
    }

    private static bool IsSharedHead(PretrainedModel model, string key) => model is CausalLm { Config.TieWordEmbeddings: true } lm && key == $"{lm.Head.Path}.weight";

    /// <summary>The head's own weight when it can no longer be that of the embedding.</summary>
    private static TensorContent? Untie(PretrainedModel model, TensorSource tensors, Dictionary<string, Func<Tensor>> changed, DType? dtype)
    {
        if (model is not CausalLm { Config.TieWordEmbeddings: true } lm)
        {
            return null;
        }

        (string head, string embedding) = ($"{lm.Head.Path}.weight", $"{lm.Decoder.TokenEmbedding.Path}.weight");
        return changed.ContainsKey(head) || changed.ContainsKey(embedding)
            ? Content(head, new Shape(lm.Head.OutFeatures, lm.Head.InFeatures), tensors.Entries[embedding], changed.GetValueOrDefault(head) ?? lm.Head.ReadWeight, dtype)
            : null;
    }

    private static TensorContent Content(string name, Shape shape, TensorEntry stored, Func<Tensor> make, DType? dtype)
    {
        DType type = dtype ?? stored.DType ?? DType.BF16;
        return new TensorContent(name, shape, type, null, () =>
        {
            using var scope = TensorScope.Begin("merge");
            return [Contiguous(Ops.Cast(make(), type)).Keep()];
        });
    }

    private static Tensor Contiguous(Tensor tensor)
    {
        if (tensor.IsContiguous)
        {
            return tensor;
        }

        Tensor copy = Tensor.Zeros(tensor.DType, tensor.Shape);
        copy.CopyFrom(tensor);
        return copy;
    }
}
