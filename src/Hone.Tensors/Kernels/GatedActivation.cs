namespace Hone.Tensors.Kernels;

/// <summary>Activations of a gated linear unit, <c>y = f(gate) · up</c>. Source: arXiv:2002.05202.</summary>
internal enum GatedActivation
{
    /// <summary><c>f = silu</c> (Llama, Qwen).</summary>
    SwiGlu,

    /// <summary><c>f = gelu</c>, by the error function.</summary>
    GeGlu,

    /// <summary><c>f = gelu</c>, tanh form (Gemma).</summary>
    GeGluTanh,
}
