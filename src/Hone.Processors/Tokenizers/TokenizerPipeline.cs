using Hone.Processors.Tokenizers.Decoders;
using Hone.Processors.Tokenizers.Models;
using Hone.Processors.Tokenizers.Normalizers;
using Hone.Processors.Tokenizers.PostProcessors;
using Hone.Processors.Tokenizers.PreTokenizers;

namespace Hone.Processors.Tokenizers;

/// <summary>The parts that a tokenizer is made of, as a file describes them.</summary>
internal sealed record TokenizerPipeline
{
    /// <summary>Rewrites the text, or null.</summary>
    public Normalizer? Normalizer { get; init; }

    /// <summary>Splits the text, or null.</summary>
    public PreTokenizer? PreTokenizer { get; init; }

    /// <summary>Turns pieces into tokens.</summary>
    public required TokenModel Model { get; init; }

    /// <summary>Adds special tokens, or null.</summary>
    public PostProcessor? PostProcessor { get; init; }

    /// <summary>Turns tokens into text, or null: they are joined with spaces.</summary>
    public Decoder? Decoder { get; init; }

    /// <summary>Tokens beside the model's.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Tokens that are never found in text but are left out with the special tokens when decoding.</summary>
    public IReadOnlyList<string> ControlTokens { get; init; } = [];

    /// <summary>Whether decoding removes spaces before English punctuation.</summary>
    public bool CleanUpSpaces { get; init; }

    /// <summary>Written after words by the vocabulary and turned into a space when decoding (CLIP), or null.</summary>
    public string? WordEnd { get; init; }

    /// <summary>The tokens with a role.</summary>
    public SpecialTokens Special { get; init; } = new();

    /// <summary>Tokens that the model was made for, or null.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Where the model wants its padding, or null.</summary>
    public PaddingSide? PaddingSide { get; init; }

    /// <summary>Where texts are cut, or null.</summary>
    public TruncationSide? TruncationSide { get; init; }

    /// <summary>Truncation that the file asks for.</summary>
    public TruncationOptions? Truncation { get; init; }

    /// <summary>Padding that the file asks for.</summary>
    public PaddingOptions? Padding { get; init; }
}
