namespace Hone.Tensors.Kernels;

/// <summary>Marks a class as the fast form of an op on one family of devices; <see cref="KernelTable{TKernel}"/> finds it.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class KernelAttribute(DeviceKind device) : Attribute
{
    /// <summary>Where the kernel runs.</summary>
    public DeviceKind Device { get; } = device;
}
