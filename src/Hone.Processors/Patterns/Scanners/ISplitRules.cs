namespace Hone.Processors.Patterns.Scanners;

/// <summary>How one pre-tokenizer expression differs from the others of its kind. All values are constants, so that the compiler makes a scanner of its own of each.</summary>
/// <remarks>The kind is, in order: contractions, words, numbers, runs of other characters, white space up to a newline, white space but the last, white space.</remarks>
internal interface ISplitRules
{
    /// <summary>Whether <c>'s 't 're 've 'm 'll 'd</c> are pieces of their own.</summary>
    static abstract bool LeadingContractions { get; }

    /// <summary>Whether contractions are found in any case.</summary>
    static abstract bool ContractionsIgnoreCase { get; }

    /// <summary>Whether a word may be preceded by any character outside <see cref="PrefixExcluded"/>, not only by a space.</summary>
    static abstract bool AnyWordPrefix { get; }

    /// <summary>Classes that cannot precede a word.</summary>
    static abstract int PrefixExcluded { get; }

    /// <summary>Classes that words consist of.</summary>
    static abstract int Word { get; }

    /// <summary>Whether a word is capitals followed by small letters, and ends in its contraction.</summary>
    static abstract bool CasedWords { get; }

    /// <summary>Whether a cased word takes its contraction with it.</summary>
    static abstract bool TrailingContractions { get; }

    /// <summary>Whether an ASCII symbol directly before ASCII letters is a word of its own.</summary>
    static abstract bool SymbolWords { get; }

    /// <summary>Most code points of a number; 0 for any, with an optional space before; −1 when numbers are no alternative.</summary>
    static abstract int NumberLength { get; }

    /// <summary>Whether numbers were cut out beforehand, each alone, so that the text around them ends there.</summary>
    static abstract bool NumbersEndText { get; }

    /// <summary>Classes of the characters that runs of others consist of, or 0 for all but <see cref="OtherExcluded"/>.</summary>
    static abstract int Other { get; }

    /// <summary>Classes of the characters that runs of others do not contain.</summary>
    static abstract int OtherExcluded { get; }

    /// <summary>Whether a run of others takes the newlines behind it.</summary>
    static abstract bool OtherTakesNewlines { get; }

    /// <summary>Whether a run of others takes slashes among the newlines behind it.</summary>
    static abstract bool OtherTakesSlashes { get; }

    /// <summary>Whether white space up to its last newline is a piece.</summary>
    static abstract bool NewlineRuns { get; }
}
