using Hone.Core.Errors;

namespace Hone.Tensors.Errors;

/// <summary>A tensor or an op was used in a way it cannot answer. <see cref="HoneException.Where"/> names the op and the module path.</summary>
public class TensorException(string what, string where = "", string facts = "", string fix = "") : HoneException(what, where, facts, fix);
