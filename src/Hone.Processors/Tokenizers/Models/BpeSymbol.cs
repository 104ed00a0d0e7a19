namespace Hone.Processors.Tokenizers.Models;

/// <summary>A token on its way through the merges.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Bytes">UTF-8 bytes of the piece that it stands for.</param>
internal readonly record struct BpeSymbol(int Id, int Bytes);
