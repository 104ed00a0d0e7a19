using Hone.Processors.Tokenizers.Normalizers;

namespace Hone.Processors.Tokenizers.SentencePiece;

/// <summary>What a SentencePiece model or a GGUF file says besides its pieces.</summary>
internal sealed record SentencePieceSettings
{
    /// <summary>How text is cut.</summary>
    public SentencePieceAlgorithm Algorithm { get; init; } = SentencePieceAlgorithm.Unigram;

    /// <summary>Whether unknown text becomes bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Whether a space is put before the text.</summary>
    public bool AddDummyPrefix { get; init; } = true;

    /// <summary>Whether spaces at the ends go and runs of spaces become one.</summary>
    public bool RemoveExtraWhitespaces { get; init; } = true;

    /// <summary>Whether spaces are written as U+2581.</summary>
    public bool EscapeWhitespaces { get; init; } = true;

    /// <summary>Whether the space of a word stands behind it.</summary>
    public bool TreatWhitespaceAsSuffix { get; init; }

    /// <summary>Character replacements, or null.</summary>
    public CharacterMap? CharacterMap { get; init; }

    /// <summary>What unknown pieces decode to.</summary>
    public string UnknownSurface { get; init; } = " \u2047 ";

    /// <summary>Begin of text, or null.</summary>
    public int? BosId { get; init; }

    /// <summary>End of text, or null.</summary>
    public int? EosId { get; init; }

    /// <summary>Padding, or null.</summary>
    public int? PadId { get; init; }
}
