namespace Hone.Tensors.Paging;

/// <summary>One sequence of a step: some query rows and the pages that hold its keys.</summary>
/// <param name="Queries">Its query rows, which follow those of the sequence before it.</param>
/// <param name="FirstPosition">Position of its first query row.</param>
/// <param name="Keys">Keys that are stored, counted from position 0; those of the query rows themselves included.</param>
/// <param name="Pages">
/// Page of each stretch of <see cref="PagedKvShape.PageTokens"/> positions, in order; −1 where the keys have been given up and no query of this
/// step can see them (behind a sliding window).
/// </param>
public readonly record struct PagedSequence(int Queries, int FirstPosition, int Keys, ReadOnlyMemory<int> Pages);
