namespace Hone.Processors.Tokenizers.Models;

/// <summary>Turns a piece of text into tokens; one subclass for each <c>type</c> of a <c>tokenizer.json</c>.</summary>
internal abstract class TokenModel
{
    /// <summary>Number of tokens.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>Appends the tokens of the piece.</summary>
    /// <param name="piece">A pre-tokenized piece, not empty.</param>
    /// <param name="output">Receives them.</param>
    public abstract void Tokenize(ReadOnlySpan<char> piece, List<ModelToken> output);

    /// <summary>Id of a token.</summary>
    public abstract int? IdOf(string token);

    /// <summary>Text of a token.</summary>
    public abstract string? TokenOf(int id);
}
