namespace Hone.Tensors.Paging;

/// <summary>How a <see cref="PagedKvStore"/> keeps keys and values; attention computes in f32 whatever the storage.</summary>
public enum PagedKvFormat
{
    /// <summary>f32: exact.</summary>
    F32,

    /// <summary>bf16, rounded to nearest even: half the memory.</summary>
    BF16,

    /// <summary>Signed bytes with one f32 scale per token and head (largest magnitude / 127): about a quarter of the memory.</summary>
    Q8,
}
