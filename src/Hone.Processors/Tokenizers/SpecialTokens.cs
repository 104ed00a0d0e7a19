using System.Collections.Immutable;

namespace Hone.Processors.Tokenizers;

/// <summary>The tokens that have a role, by their text; <see langword="null"/> where a tokenizer names none.</summary>
public sealed record SpecialTokens
{
    /// <summary>Begins a text.</summary>
    public string? Bos { get; init; }

    /// <summary>Ends a text.</summary>
    public string? Eos { get; init; }

    /// <summary>Stands for what the vocabulary lacks.</summary>
    public string? Unk { get; init; }

    /// <summary>Separates two texts.</summary>
    public string? Sep { get; init; }

    /// <summary>Fills up short texts.</summary>
    public string? Pad { get; init; }

    /// <summary>Stands at the place whose output is classified.</summary>
    public string? Cls { get; init; }

    /// <summary>Stands for a token to be guessed.</summary>
    public string? Mask { get; init; }

    /// <summary>Further control tokens that the tokenizer's settings name, such as those of chat turns.</summary>
    public ImmutableArray<string> Additional { get; init; } = [];
}
