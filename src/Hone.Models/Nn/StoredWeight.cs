using Hone.Models.Checkpoints;
using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Models.Nn;

/// <summary>A weight where it lies in the checkpoint; can be read as often as needed.</summary>
/// <param name="source">The checkpoint.</param>
/// <param name="name">The weight's key.</param>
/// <param name="entry">What the checkpoint says about it; <see langword="null"/> when it is missing or unusable.</param>
internal sealed class StoredWeight(TensorSource source, string name, TensorEntry? entry)
{
    /// <summary>Key in the checkpoint.</summary>
    public string Name => name;

    /// <summary>Whether there is something to read.</summary>
    public bool IsPresent => entry is not null;

    /// <summary>Stored element type; <see langword="null"/> for blocks.</summary>
    public DType? DType => Entry.DType;

    /// <summary>Stored block format; <see langword="null"/> for plain elements.</summary>
    public BlockFormat? Format => Entry.Format;

    private TensorEntry Entry => entry ?? throw new InvalidOperationException($"'{name}' is not in the checkpoint; Complete reports that before anything is read.");

    /// <summary>The values in a dense type; a copy unless that is the stored type.</summary>
    public Tensor ReadDense(DType dtype)
    {
        if (Entry.Format is null)
        {
            Tensor stored = source.Load(name);
            if (stored.DType == dtype)
            {
                return stored;
            }

            using (stored)
            {
                return Ops.Cast(stored, dtype);
            }
        }

        using QuantizedMatrix blocks = source.LoadBlocks(name);
        Tensor dense = blocks.Dequantize();
        if (dense.DType == dtype)
        {
            return dense;
        }

        using (dense)
        {
            return Ops.Cast(dense, dtype);
        }
    }

    /// <summary>The values in a dense type and in memory that may be written to.</summary>
    public Tensor ReadOwned(DType dtype)
    {
        Tensor value = ReadDense(dtype);
        if (Entry.Format is not null || Entry.DType != dtype)
        {
            return value; // made just now
        }

        using (value)
        {
            Tensor copy = Tensor.Zeros(dtype, value.Shape);
            copy.CopyFrom(value);
            return copy;
        }
    }

    /// <summary>The blocks as stored.</summary>
    public QuantizedMatrix ReadBlocks() => source.LoadBlocks(name);
}
