namespace Hone.Processors.Tokenizers.Models;

/// <summary>A merge rule of byte-pair encoding.</summary>
/// <param name="Rank">Its place in the list: lower ranks merge first.</param>
/// <param name="Id">The token that the pair becomes.</param>
internal readonly record struct BpeMerge(int Rank, int Id);
