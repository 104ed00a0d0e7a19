namespace Hone.Tensors.Errors;

/// <summary>A tensor was used after the scope that made it ended, or after it was disposed.</summary>
public sealed class TensorFreedException(string what, string where, string facts, string fix) : TensorException(what, where, facts, fix);
