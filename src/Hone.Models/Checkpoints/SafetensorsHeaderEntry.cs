using Hone.Tensors;

namespace Hone.Models.Checkpoints;

/// <summary>One tensor of a <see cref="SafetensorsHeader"/>.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Outermost dimension first.</param>
/// <param name="Start">First byte, counted from the beginning of the data.</param>
/// <param name="End">Byte after the last.</param>
internal sealed record SafetensorsHeaderEntry(string Name, SafetensorsType Type, Shape Shape, long Start, long End);
