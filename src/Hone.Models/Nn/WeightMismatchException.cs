using Hone.Core.Errors;

namespace Hone.Models.Nn;

/// <summary>The tensors of a checkpoint or an adapter are not those that the model needs; lists all differences at once.</summary>
public sealed class WeightMismatchException(string what, string where, string facts, string fix) : HoneException(what, where, facts, fix);
