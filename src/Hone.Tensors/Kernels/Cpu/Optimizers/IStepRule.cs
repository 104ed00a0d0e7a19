using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Optimizers;

/// <summary>An optimizer's update of one vector of elements, with the constants of one tensor; <see cref="StepLoop"/> runs it over all of them.</summary>
internal interface IStepRule
{
    /// <summary>Updates values and state; state that the tensor lacks is zero and is dropped.</summary>
    void Update<V>(V gradient, ref V value, ref V first, ref V second, ref V third)
        where V : struct, ISimdVector<V>;
}
