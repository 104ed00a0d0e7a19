namespace Hone.Processors.Tokenizers.Unicode;

/// <summary>The normalization forms of Unicode Standard Annex 15.</summary>
internal enum UnicodeForm
{
    /// <summary>Canonical composition.</summary>
    C,

    /// <summary>Canonical decomposition.</summary>
    D,

    /// <summary>Compatibility composition.</summary>
    KC,

    /// <summary>Compatibility decomposition.</summary>
    KD,
}
