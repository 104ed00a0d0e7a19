namespace Hone.Tensors.Errors;

/// <summary>A gradient was asked for that the recorded graph cannot give: used twice, damaged in place, or never recorded.</summary>
public sealed class AutogradException(string what, string where, string facts, string fix) : TensorException(what, where, facts, fix);
