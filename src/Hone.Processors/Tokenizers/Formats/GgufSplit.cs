namespace Hone.Processors.Tokenizers.Formats;

/// <summary>How a <c>tokenizer.ggml.pre</c> name splits text.</summary>
/// <param name="Expressions">Oniguruma expressions; each is applied to the pieces of the one before, and both its matches and what lies between are pieces.</param>
/// <param name="IgnoreMerges">Whether a piece that is a token is taken whole.</param>
/// <param name="AddBos">Whether texts begin with the begin token unless the file says otherwise.</param>
internal sealed record GgufSplit(IReadOnlyList<string> Expressions, bool IgnoreMerges = false, bool AddBos = false);
