using System.Collections.Immutable;

namespace Hone.Tensors.Paging;

/// <summary>The sequences of one step in the order of their query rows; made once a step and used by every layer.</summary>
public sealed class PagedSequences
{
    private readonly int[] _pages;
    private readonly ImmutableArray<Entry> _entries;

    /// <summary>Copies the page tables, which may change afterwards.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A count or position is negative.</exception>
    public PagedSequences(params ReadOnlySpan<PagedSequence> sequences)
    {
        int pages = 0;
        foreach (PagedSequence sequence in sequences)
        {
            pages += sequence.Pages.Length;
        }

        _pages = new int[pages];
        ImmutableArray<Entry>.Builder entries = ImmutableArray.CreateBuilder<Entry>(sequences.Length);
        int firstPage = 0;
        foreach (PagedSequence sequence in sequences)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(sequence.Queries, nameof(sequences));
            ArgumentOutOfRangeException.ThrowIfNegative(sequence.FirstPosition, nameof(sequences));
            ArgumentOutOfRangeException.ThrowIfNegative(sequence.Keys, nameof(sequences));
            sequence.Pages.Span.CopyTo(_pages.AsSpan(firstPage));
            int absent = sequence.Pages.Span.LastIndexOf(-1) + 1;
            entries.Add(new Entry(QueryCount, sequence.Queries, sequence.FirstPosition, sequence.Keys, firstPage, sequence.Pages.Length, absent));
            firstPage += sequence.Pages.Length;
            QueryCount = checked(QueryCount + sequence.Queries);
            foreach (int page in sequence.Pages.Span)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(page, -1, nameof(sequences));
                HighestPage = Math.Max(HighestPage, page);
            }
        }

        _entries = entries.MoveToImmutable();
    }

    /// <summary>Number of sequences.</summary>
    public int Count => _entries.Length;

    /// <summary>Query rows of all sequences.</summary>
    public int QueryCount { get; }

    /// <summary>Largest page number in any table; −1 without pages.</summary>
    internal int HighestPage { get; } = -1;

    /// <summary>The sequences.</summary>
    internal ImmutableArray<Entry> Entries => _entries;

    /// <summary>Page that holds the keys from position <paramref name="index"/> · PageTokens on.</summary>
    internal int Page(in Entry entry, int index) => _pages[entry.FirstPage + index];

    /// <summary>One sequence; its page table lies in the common one.</summary>
    /// <param name="FirstRow">Its first query row.</param>
    /// <param name="Queries">Its query rows.</param>
    /// <param name="FirstPosition">Position of the first one.</param>
    /// <param name="Keys">Stored keys.</param>
    /// <param name="FirstPage">Its first entry in the common page table.</param>
    /// <param name="Pages">Entries of its page table.</param>
    /// <param name="AbsentPages">Entries up to the last one that is −1.</param>
    internal readonly record struct Entry(int FirstRow, int Queries, int FirstPosition, int Keys, int FirstPage, int Pages, int AbsentPages);
}
