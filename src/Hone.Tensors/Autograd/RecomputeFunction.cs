namespace Hone.Tensors.Autograd;

/// <summary>Computes the result of a recorded op again from the tensors and the state that it saved.</summary>
internal delegate Tensor RecomputeFunction(GraphNode node);
