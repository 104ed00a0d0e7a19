using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>What flows from layer to layer: the hidden states, and an update to them that the next norm adds in the same pass.</summary>
/// <param name="Hidden"><c>[tokens, hidden]</c>.</param>
/// <param name="Update">Of the same shape, still to be added; <see langword="null"/> when there is none.</param>
public readonly record struct ResidualStream(Tensor Hidden, Tensor? Update = null)
{
    /// <summary>The hidden states with the update added.</summary>
    public Tensor Sum() => Update is null ? Hidden : Hidden + Update;

    /// <summary>Frees the tensors, but for those that another stream holds too.</summary>
    internal void FreeExcept(ResidualStream other)
    {
        foreach (Tensor? tensor in (ReadOnlySpan<Tensor?>)[Hidden, Update])
        {
            if (!ReferenceEquals(tensor, other.Hidden) && !ReferenceEquals(tensor, other.Update))
            {
                tensor?.Dispose();
            }
        }
    }
}
