using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>Applies <see cref="Activation"/> values, gated or not.</summary>
public static class ActivationFunctions
{
    extension(Activation activation)
    {
        /// <summary>The activation of every element.</summary>
        public Tensor Apply(Tensor x) => activation switch
        {
            Activation.Silu => Ops.Silu(x),
            Activation.Gelu => Ops.Gelu(x),
            Activation.GeluTanh => Ops.GeluTanh(x),
            Activation.Relu => Ops.Relu(x),
            _ => Ops.Tanh(x),
        };

        /// <summary><c>activation(gate)·up</c>, fused where there is an op for it.</summary>
        public Tensor ApplyGated(Tensor gate, Tensor up) => activation switch
        {
            Activation.Silu => Ops.SwiGlu(gate, up),
            Activation.Gelu => Ops.GeGlu(gate, up, tanhForm: false),
            Activation.GeluTanh => Ops.GeGlu(gate, up, tanhForm: true),
            _ => activation.Apply(gate) * up,
        };

        /// <summary>The same for gate and up beside each other, <c>[…, 2·columns]</c>.</summary>
        public Tensor ApplyGated(Tensor gateUp)
        {
            int columns = gateUp.Shape[-1] / 2;
            return activation switch
            {
                Activation.Silu => Ops.SwiGlu(gateUp),
                Activation.Gelu => Ops.GeGlu(gateUp, tanhForm: false),
                Activation.GeluTanh => Ops.GeGlu(gateUp, tanhForm: true),
                _ => activation.Apply(Ops.Slice(gateUp, -1, 0, columns)) * Ops.Slice(gateUp, -1, columns, columns),
            };
        }
    }
}
