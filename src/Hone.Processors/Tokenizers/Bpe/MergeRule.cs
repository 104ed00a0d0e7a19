namespace Hone.Processors.Tokenizers.Bpe;

/// <summary>A merge of byte-pair encoding: two neighbouring tokens become one.</summary>
/// <param name="Left">Id of the first token.</param>
/// <param name="Right">Id of the second.</param>
/// <param name="Rank">Place in the list; no two rules share one. Lower ranks merge first.</param>
/// <param name="Result">Id of what they become.</param>
internal readonly record struct MergeRule(int Left, int Right, int Rank, int Result);
