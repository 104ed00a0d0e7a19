namespace Hone.Processors.Tokenizers;

/// <summary>The vocabulary that a GGUF file carries under <c>tokenizer.ggml.*</c>, as plain values.</summary>
/// <remarks>Source: the GGUF specification, "Tokenizer", and llama.cpp's <c>llama-vocab.cpp</c>. What is <see langword="null"/> was not in the file.</remarks>
public sealed record GgufVocabulary
{
    /// <summary><c>model</c>: gpt2 (byte-level BPE), llama (SentencePiece BPE), t5 (Unigram) or bert (WordPiece).</summary>
    public required string Model { get; init; }

    /// <summary><c>pre</c>: the name of the expressions that split text for gpt2.</summary>
    public string? Pre { get; init; }

    /// <summary><c>tokens</c>: the text of each token.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary><c>scores</c>: what llama and t5 compare.</summary>
    public IReadOnlyList<float>? Scores { get; init; }

    /// <summary><c>token_type</c>: 1 normal, 2 unknown, 3 control, 4 user defined, 5 unused, 6 byte.</summary>
    public IReadOnlyList<int>? TokenTypes { get; init; }

    /// <summary><c>merges</c>: pairs with a space between them, in order of rank.</summary>
    public IReadOnlyList<string>? Merges { get; init; }

    /// <summary><c>bos_token_id</c>.</summary>
    public int? BosId { get; init; }

    /// <summary><c>eos_token_id</c>.</summary>
    public int? EosId { get; init; }

    /// <summary><c>unknown_token_id</c>.</summary>
    public int? UnkId { get; init; }

    /// <summary><c>seperator_token_id</c> (as the specification spells it).</summary>
    public int? SepId { get; init; }

    /// <summary><c>padding_token_id</c>.</summary>
    public int? PadId { get; init; }

    /// <summary><c>cls_token_id</c>.</summary>
    public int? ClsId { get; init; }

    /// <summary><c>mask_token_id</c>.</summary>
    public int? MaskId { get; init; }

    /// <summary><c>add_bos_token</c>.</summary>
    public bool? AddBos { get; init; }

    /// <summary><c>add_eos_token</c>.</summary>
    public bool? AddEos { get; init; }

    /// <summary><c>add_space_prefix</c>.</summary>
    public bool? AddSpacePrefix { get; init; }

    /// <summary><c>remove_extra_whitespaces</c>.</summary>
    public bool? RemoveExtraWhitespaces { get; init; }

    /// <summary><c>precompiled_charsmap</c>; empty when there is none.</summary>
    public ReadOnlyMemory<byte> PrecompiledCharacterMap { get; init; }

    /// <summary><c>normalizer.lowercase</c>.</summary>
    public bool? Lowercase { get; init; }

    /// <summary><c>normalizer.strip_accents</c>.</summary>
    public bool? StripAccents { get; init; }

    /// <summary><c>general.name</c>: the flags of some models' special tokens are known by it alone.</summary>
    public string? ModelName { get; init; }
}
