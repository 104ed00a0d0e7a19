namespace Hone.Tensors.Errors;

/// <summary>Operands of an op do not fit each other.</summary>
public sealed class ShapeMismatchException(string what, string where, string facts, string fix) : TensorException(what, where, facts, fix);
