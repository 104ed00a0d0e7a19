using Hone.Tensors;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>One tensor of a GGUF file, under the name that the file gives it.</summary>
/// <param name="Name">E.g. <c>blk.0.attn_q.weight</c>.</param>
/// <param name="Type">Element or block type.</param>
/// <param name="Shape">Outermost dimension first; files list the innermost first.</param>
/// <param name="Offset">First byte, counted from the beginning of the data.</param>
/// <param name="SizeBytes">Bytes in the file.</param>
internal sealed record GgufTensor(string Name, GgufTensorType Type, Shape Shape, long Offset, long SizeBytes);
