namespace Hone.Processors.Tokenizers.Decoders;

/// <summary>Removes the spaces that word tokenizers leave before English punctuation and contractions.</summary>
internal static class SpaceCleanup
{
    // Source: transformers' clean_up_tokenization and tokenizers' WordPiece decoder; each replacement sees the result of the one before.
    private static readonly (string From, string To)[] s_replacements =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"),
        (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    /// <summary>The text without those spaces.</summary>
    public static string Apply(string text) => s_replacements.Aggregate(text, (t, r) => t.Replace(r.From, r.To, StringComparison.Ordinal));
}
