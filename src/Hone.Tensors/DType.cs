namespace Hone.Tensors;

/// <summary>Element types of tensors.</summary>
public enum DType
{
    /// <summary>64-bit IEEE float; references and gradient checks.</summary>
    F64,

    /// <summary>32-bit IEEE float; the compute type.</summary>
    F32,

    /// <summary>Brain float: the upper half of an f32.</summary>
    BF16,

    /// <summary>16-bit IEEE float.</summary>
    F16,

    /// <summary>64-bit signed integer; labels and token ids.</summary>
    I64,

    /// <summary>32-bit signed integer; positions and offsets.</summary>
    I32,

    /// <summary>8-bit unsigned integer; pixels and packed weights.</summary>
    U8,

    /// <summary>One byte, 0 or 1; masks.</summary>
    Bool,
}
