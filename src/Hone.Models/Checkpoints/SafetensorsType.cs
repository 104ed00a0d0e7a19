using Hone.Tensors;

namespace Hone.Models.Checkpoints;

/// <summary>An element type of safetensors files.</summary>
/// <param name="Name">As the header writes it.</param>
/// <param name="Bits">Bits of an element.</param>
/// <param name="Loaded">Type of the tensor that it is read into, in which every value is exact; <see langword="null"/> when there is none.</param>
/// <param name="Order">Place among the types, from narrow to wide; writers put wide types first so that all are aligned.</param>
/// <remarks>Source: safetensors format description and library, enum Dtype.</remarks>
internal sealed record SafetensorsType(string Name, int Bits, DType? Loaded, int Order)
{
    private static readonly SafetensorsType[] s_all =
    [
        new("BOOL", 8, DType.Bool, 0),
        new("F4", 4, null, 1),
        new("F6_E2M3", 6, null, 2),
        new("F6_E3M2", 6, null, 3),
        new("U8", 8, DType.U8, 4),
        new("I8", 8, DType.I32, 5),
        new("F8_E5M2", 8, DType.BF16, 6),
        new("F8_E4M3", 8, DType.BF16, 7),
        new("F8_E8M0", 8, DType.F32, 8),
        new("F8_E4M3FNUZ", 8, null, 9),
        new("F8_E5M2FNUZ", 8, null, 10),
        new("I16", 16, DType.I32, 11),
        new("U16", 16, DType.I32, 12),
        new("F16", 16, DType.F16, 13),
        new("BF16", 16, DType.BF16, 14),
        new("I32", 32, DType.I32, 15),
        new("U32", 32, DType.I64, 16),
        new("F32", 32, DType.F32, 17),
        new("C64", 64, null, 18),
        new("F64", 64, DType.F64, 19),
        new("I64", 64, DType.I64, 20),
        new("U64", 64, DType.I64, 21),
    ];

    private static readonly Dictionary<string, SafetensorsType> s_byName = s_all.ToDictionary(type => type.Name, StringComparer.Ordinal);

    /// <summary>Names of all types.</summary>
    public static IEnumerable<string> Names => s_byName.Keys;

    /// <summary>Whether the bytes of the file are those of the tensor.</summary>
    public bool IsStoredAsLoaded => Loaded is { } dtype && dtype.ToString().Equals(Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The type of that name.</summary>
    public static SafetensorsType? Find(string name) => s_byName.GetValueOrDefault(name);

    /// <summary>The type whose bytes a tensor's elements are.</summary>
    public static SafetensorsType Of(DType dtype) => s_byName[dtype.ToString().ToUpperInvariant()];
}
