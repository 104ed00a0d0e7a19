namespace Hone.Core.Random;

/// <summary>Four 32-bit words: a counter going into <see cref="Philox4x32"/> or the random block coming out.</summary>
public readonly record struct PhiloxBlock(uint Word0, uint Word1, uint Word2, uint Word3)
{
    /// <summary>Reads one word by its position, 0 to 3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is not 0, 1, 2 or 3.</exception>
    public uint this[int position] => position switch
    {
        0 => Word0,
        1 => Word1,
        2 => Word2,
        3 => Word3,
        _ => throw new ArgumentOutOfRangeException(nameof(position), position, "A block holds four words."),
    };
}
