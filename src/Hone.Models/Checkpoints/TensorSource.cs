using System.Text.Json.Nodes;
using Hone.Core.Registry;
using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Models.Checkpoints;

/// <summary>The tensors of a checkpoint by the names Hugging Face gives them, read when asked for.</summary>
public abstract class TensorSource : IDisposable
{
    /// <summary>Everything the checkpoint holds, by name.</summary>
    public abstract IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    /// <summary>Where the tensors come from, for messages: a file or a folder.</summary>
    public abstract string Location { get; }

    /// <summary>Reads a tensor of plain elements in its stored type, a view of the mapped file where the layout allows it.</summary>
    /// <param name="name">A key of <see cref="Entries"/> whose entry has a dtype.</param>
    public abstract Tensor Load(string name);

    /// <summary>Reads a matrix of blocks in its stored format.</summary>
    /// <param name="name">A key of <see cref="Entries"/> whose entry has a block format.</param>
    public abstract QuantizedMatrix LoadBlocks(string name);

    /// <summary>The model's config.json, or its equivalent from the metadata of a GGUF file.</summary>
    /// <returns><see langword="null"/> when the checkpoint has none.</returns>
    /// <exception cref="CheckpointFormatException">It cannot be read.</exception>
    public virtual JsonObject? ReadConfig() => null;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The error for a name that the checkpoint does not hold.</summary>
    protected CheckpointFormatException MissingTensor(string name) => new(
        "The checkpoint holds no tensor of that name.",
        Location,
        $"'{name}'; nearest of {Entries.Count}: {string.Join(", ", NearestNames.Rank(name, Entries.Keys))}",
        "hone inspect lists all tensors of a checkpoint.");

    /// <summary>Releases the files.</summary>
    protected virtual void Dispose(bool isDisposing)
    {
    }
}
