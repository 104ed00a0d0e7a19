namespace Hone.Models.Nn;

/// <summary>Activation functions of MLPs.</summary>
public enum Activation
{
    /// <summary><c>x·sigmoid(x)</c> (<c>silu</c>, <c>swish</c>).</summary>
    Silu,

    /// <summary>GELU by the error function (<c>gelu</c>).</summary>
    Gelu,

    /// <summary>GELU by the hyperbolic tangent (<c>gelu_new</c>, <c>gelu_pytorch_tanh</c>, <c>gelu_fast</c>).</summary>
    GeluTanh,

    /// <summary><c>max(x, 0)</c>.</summary>
    Relu,

    /// <summary><c>tanh(x)</c>.</summary>
    Tanh,
}
