using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>The type in which the matrices of a model are to be written: an element type or a block format.</summary>
/// <param name="DType">f32, bf16 or f16; <see langword="null"/> for blocks.</param>
/// <param name="Format">A writable format; <see langword="null"/> for plain elements.</param>
public readonly record struct WeightTarget(DType? DType, BlockFormat? Format)
{
    /// <summary>Name as users write it.</summary>
    public string Name => DType?.Name ?? Format?.Name ?? "as stored";

    /// <summary>Name of every target.</summary>
    public static IReadOnlyList<string> Names { get; } = ["f32", "bf16", "f16", .. Enum.GetValues<BlockFormat>().Where(BlockCodec.CanQuantize).Select(format => format.Name)];

    /// <summary>The target of that name, if there is one.</summary>
    public static WeightTarget? Find(string name) =>
        !Names.Contains(name) ? null
        : Enum.TryParse(name, ignoreCase: true, out DType dtype) ? new WeightTarget(dtype, null)
        : new WeightTarget(null, Enum.Parse<BlockFormat>(name, ignoreCase: true));

    /// <summary>Number of the target in <c>general.file_type</c>.</summary>
    /// <remarks>Source: llama.cpp, enum llama_ftype.</remarks>
    internal uint FileType => this switch
    {
        { DType: Tensors.DType.F16 } => 1,
        { DType: Tensors.DType.BF16 } => 32,
        { Format: BlockFormat.Q4_0 } => 2,
        { Format: BlockFormat.Q4_1 } => 3,
        { Format: BlockFormat.Q8_0 } => 7,
        { Format: BlockFormat.Q5_0 } => 8,
        { Format: BlockFormat.Q5_1 } => 9,
        { Format: BlockFormat.Q4_K } => 14,
        { Format: BlockFormat.Q6_K } => 18,
        { Format: BlockFormat.TQ1_0 } => 36,
        { Format: BlockFormat.TQ2_0 } => 37,
        { Format: BlockFormat.MXFP4 } => 38,
        _ => 0,
    };

    /// <summary>The type of one tensor when the matrices are to have this one.</summary>
    /// <param name="name">Name in a GGUF file.</param>
    /// <param name="shape">Outermost dimension first.</param>
    /// <param name="isHead">Whether the tensor computes the logits, whose errors weigh most.</param>
    /// <remarks>
    /// Vectors, norms, routers and positions stay f32. A head is written as q6_k when the target is smaller. Rows that are no whole number of blocks
    /// take the nearest larger format with shorter blocks, or f16.
    /// </remarks>
    internal WeightTarget For(string name, Shape shape, bool isHead)
    {
        if (shape.Rank < 2 || s_kept.Any(part => name.Contains(part, StringComparison.Ordinal)))
        {
            return new WeightTarget(Tensors.DType.F32, null);
        }

        if (Format is not { } format)
        {
            return this;
        }

        BlockFormat wanted = isHead && format is not (BlockFormat.Q8_0 or BlockFormat.Q6_K) ? BlockFormat.Q6_K : format;
        if (shape[-1] % wanted.BlockLength != 0)
        {
            wanted = wanted switch
            {
                BlockFormat.Q4_K => BlockFormat.Q5_0,
                BlockFormat.TQ1_0 or BlockFormat.TQ2_0 => BlockFormat.Q4_0,
                _ => BlockFormat.Q8_0,
            };
        }

        return shape[-1] % wanted.BlockLength == 0 ? new WeightTarget(null, wanted) : new WeightTarget(Tensors.DType.F16, null);
    }

    private static readonly string[] s_kept = ["_norm.", "ffn_gate_inp.", "position_embd.", "token_types.", "rope_f"];
}
