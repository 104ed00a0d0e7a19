namespace Hone.Tensors.Errors;

/// <summary>An op produced NaN or infinity while <see cref="NumericsCheck"/> was on.</summary>
public sealed class NonFiniteException(string what, string where, string facts, string fix) : TensorException(what, where, facts, fix);
