using Hone.Core.Errors;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Models.Nn;

namespace Hone.Inference.Adapters;

/// <summary>A trained adapter that requests can ask for; several may be used in one batch.</summary>
public sealed class EngineAdapter : IDisposable
{
    /// <summary>Makes an adapter of the updates of layers.</summary>
    /// <param name="name">Shown in messages.</param>
    /// <param name="layers">
    /// The update of each linear layer that has one; layers of the engine's model. An update must give a row the same bits whatever other rows it is given
    /// (<see cref="Tensors.Ops.PackedLinear"/> does), else results depend on the batch.
    /// </param>
    public EngineAdapter(string name, IReadOnlyDictionary<Linear, ILinearAdapter> layers)
    {
        Name = name;
        Layers = layers;
    }

    /// <summary>Shown in messages.</summary>
    public string Name { get; }

    /// <summary>The update of each linear layer that has one.</summary>
    public IReadOnlyDictionary<Linear, ILinearAdapter> Layers { get; }

    /// <summary>Reads an adapter in PEFT's format without attaching it to the model.</summary>
    /// <param name="folder">A folder with <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <param name="model">The engine's model.</param>
    /// <exception cref="HoneException">The adapter belongs to another model, is damaged, or changes more than linear layers.</exception>
    public static EngineAdapter Load(string folder, CausalLm model)
    {
        using LoraAdapter lora = LoraAdapter.Load(folder, model);
        if (lora.ReplacesModules || lora.Embeddings.Count > 0)
        {
            throw new HoneException("An adapter cannot be chosen by request.", folder, "it changes embeddings or whole modules, not linear layers alone", "merge it into the model: hone merge MODEL ADAPTER --out DIR");
        }

        return new EngineAdapter(folder, lora.Linears.ToDictionary(pair => pair.Key, ILinearAdapter (pair) => new PackedLora(pair.Key, pair.Value)));
    }

    /// <summary>Frees the weights of an adapter that was loaded; only after the engine has been disposed.</summary>
    public void Dispose()
    {
        foreach (PackedLora packed in Layers.Values.OfType<PackedLora>())
        {
            packed.Dispose();
        }
    }
}
