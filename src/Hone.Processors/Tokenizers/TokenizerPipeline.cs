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

    /// <summary>Truncation that the file asks for.</summary>
    public TruncationOptions? Truncation { get; init; }

    /// <summary>Padding that the file asks for.</summary>
    public PaddingOptions? Padding { get; init; }
}
