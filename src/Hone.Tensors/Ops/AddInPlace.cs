using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>Adding into a tensor.</content>
public static partial class Ops
{
    /// <summary>Adds <paramref name="addend"/> into <paramref name="target"/>; not recorded and not an op: gradient accumulation uses it.</summary>
    internal static unsafe void AddInPlace(Tensor target, Tensor addend)
    {
        OpGuard.RequireSameKind("add_in_place", target, addend);
        switch (target.DType)
        {
            case DType.F64: AddRows<double>(target, addend); break;
            case DType.F32 when target.IsContiguous && addend.IsContiguous && KernelTable<IScaleKernel>.For(target.Device) is { } kernel:
                kernel.AddScaled(addend.Pointer<float>(), 1, target.Pointer<float>(), target.ElementCount);
                break;
            case DType.F32: AddRows<float>(target, addend); break;
            default:
                using (var scope = TensorScope.Begin("add_in_place"))
                {
                    Strided.Copy(Add(target.Detach(), addend.Detach()), target);
                }

                break;
        }

        target.MarkWritten();
    }

    private static unsafe void AddRows<T>(Tensor target, Tensor addend)
        where T : unmanaged, INumber<T>
    {
        T* to = target.Pointer<T>();
        T* from = addend.Pointer<T>();
        Strided.ForEachRow(target.Shape, [target.Strides.ToArray(), addend.Strides.ToArray()], (o, s, count) =>
        {
            for (long i = 0; i < count; i++)
            {
                to[o[0] + (i * s[0])] += from[o[1] + (i * s[1])];
            }
        });
    }
}
