using Hone.Core.Errors;

namespace Hone.Processors.Tokenizers;

/// <summary>A tokenizer file is malformed, or asks for something that does not exist.</summary>
/// <param name="what">One sentence that says what failed.</param>
/// <param name="where">File and the path inside it, e.g. <c>tokenizer.json: model.merges[12]</c>.</param>
/// <param name="facts">Expected and got.</param>
/// <param name="fix">What repairs it.</param>
/// <param name="inner">The failure this one explains.</param>
public sealed class TokenizerFormatException(string what, string where = "", string facts = "", string fix = "", Exception? inner = null)
    : HoneException(what, where, facts, fix, inner);
