using System.Reflection;

namespace Hone.Tensors.Kernels;

/// <summary>The fast forms of one op, by device. An op without an entry for a device runs its reference there.</summary>
/// <typeparam name="TKernel">The op's kernel contract, e.g. <c>IRmsNormKernel</c>.</typeparam>
internal static class KernelTable<TKernel>
    where TKernel : class
{
    private static readonly TKernel?[] s_kernels = Find();

    /// <summary>The kernel for <paramref name="device"/>, or <see langword="null"/> when the op has none there.</summary>
    public static TKernel? For(Device device) => ReferenceMode.IsOn ? null : s_kernels[(int)device.Kind];

    private static TKernel?[] Find()
    {
        var kernels = new TKernel?[Enum.GetValues<DeviceKind>().Length];
        foreach (Type type in typeof(TKernel).Assembly.GetTypes())
        {
            if (typeof(TKernel).IsAssignableFrom(type) && type.GetCustomAttribute<KernelAttribute>() is { } kernel)
            {
                kernels[(int)kernel.Device] = (TKernel)Activator.CreateInstance(type, nonPublic: true)!; // a class with a constructor always yields an instance
            }
        }

        return kernels;
    }
}
