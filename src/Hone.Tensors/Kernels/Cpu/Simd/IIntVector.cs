namespace Hone.Tensors.Kernels.Cpu.Simd;

/// <summary>A vector of 32-bit integer lanes that are also seen as bytes and 16-bit pairs: what products of quantized weights are written in.</summary>
/// <remarks>
/// Like <see cref="ISimdVector{TSelf}"/> used as a constraint only. All sums are exact integers, so every width and instruction set gives the same bits.
/// </remarks>
/// <typeparam name="TSelf">The vector itself.</typeparam>
/// <typeparam name="V">The f32 vector of as many lanes.</typeparam>
internal unsafe interface IIntVector<TSelf, V>
    where TSelf : struct, IIntVector<TSelf, V>
    where V : struct, ISimdVector<V>
{
    /// <summary>All bits zero.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>Reads one vector; any alignment.</summary>
    static abstract TSelf Load(void* source);

    /// <summary>Reads four bytes into every lane.</summary>
    static abstract TSelf Repeat(void* source);

    /// <summary>The low four bits of every byte.</summary>
    static abstract TSelf LowNibbles(TSelf value);

    /// <summary>The high four bits of every byte.</summary>
    static abstract TSelf HighNibbles(TSelf value);

    /// <summary>The low byte of every 16 bits, sign-extended to them.</summary>
    static abstract TSelf LowBytes(TSelf value);

    /// <summary>The high byte of every 16 bits, sign-extended to them.</summary>
    static abstract TSelf HighBytes(TSelf value);

    /// <summary>The start of a sum of <see cref="AddBytes"/>: two 16-bit numbers repeated in every lane.</summary>
    static abstract TSelf StartBytes(int pair);

    /// <summary>Adds the four products of every lane's bytes to a sum from <see cref="StartBytes"/>.</summary>
    /// <param name="sum">Two 16-bit sums a lane, or one of 32 bits, as the machine has it; both must end within 16 bits.</param>
    /// <param name="unsigned">Bytes 0 to 127 such that two products fit 16 bits.</param>
    /// <param name="signed">Signed bytes.</param>
    static abstract TSelf AddBytes(TSelf sum, TSelf unsigned, TSelf signed);

    /// <summary>The finished sum of <see cref="AddBytes"/> as f32.</summary>
    static abstract V BytesToSingle(TSelf sum);

    /// <summary>Adds the two products of every lane's signed 16-bit pairs to a 32-bit sum.</summary>
    static abstract TSelf AddPairs(TSelf sum, TSelf left, TSelf right);

    /// <summary>32-bit integers as f32.</summary>
    static abstract V ToSingle(TSelf value);
}
