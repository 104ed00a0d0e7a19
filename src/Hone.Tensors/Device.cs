namespace Hone.Tensors;

/// <summary>Where a tensor's bytes live and its ops run; a plain value.</summary>
/// <param name="Kind">Family of the device.</param>
/// <param name="Index">Which one of that family, from 0.</param>
public readonly record struct Device(DeviceKind Kind, int Index)
{
    /// <summary>The host processor.</summary>
    public static Device Cpu => default;

    /// <summary><c>cpu</c> or <c>cuda:0</c>.</summary>
    public override string ToString() => Kind == DeviceKind.Cpu ? "cpu" : $"cuda:{Index}";
}
