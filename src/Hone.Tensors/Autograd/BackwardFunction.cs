namespace Hone.Tensors.Autograd;

/// <summary>Computes the gradients of an op's inputs from the gradient of its output, with the formulas of the op's file.</summary>
internal delegate void BackwardFunction(BackwardContext context);
