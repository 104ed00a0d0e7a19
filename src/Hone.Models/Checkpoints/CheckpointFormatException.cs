using Hone.Core.Errors;

namespace Hone.Models.Checkpoints;

/// <summary>A checkpoint's files are damaged, incomplete or of a kind that cannot be read.</summary>
public sealed class CheckpointFormatException(string what, string where = "", string facts = "", string fix = "", Exception? inner = null)
    : HoneException(what, where, facts, fix, inner);
