using System.Runtime.InteropServices;

namespace Hone.Tensors.Tests.Kernels.Cpu;

/// <summary>Native floats between guard values, one float off alignment, so that a kernel that reads carelessly or writes outside is caught.</summary>
internal sealed unsafe class GuardedFloats : IDisposable
{
    private const int Guards = 32;
    private const uint GuardBits = 0x7fc0dead; // a NaN: reading it spoils the result too

    private readonly float* _memory;
    private readonly int _count;

    public GuardedFloats(int count)
    {
        _count = count;
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)(count + (2 * Guards) + 1) * sizeof(float), 64);
        new Span<uint>(_memory, count + (2 * Guards) + 1).Fill(GuardBits);
    }

    public GuardedFloats(ReadOnlySpan<float> values)
        : this(values.Length) => values.CopyTo(new Span<float>(Pointer, _count));

    public float* Pointer => _memory + Guards + 1;

    /// <summary>The values, after checking that nothing around them was touched.</summary>
    public float[] Read()
    {
        var all = new ReadOnlySpan<uint>(_memory, _count + (2 * Guards) + 1);
        Assert.True(all[..(Guards + 1)].IndexOfAnyExcept(GuardBits) < 0, "a kernel wrote in front of its target");
        Assert.True(all[(Guards + 1 + _count)..].IndexOfAnyExcept(GuardBits) < 0, "a kernel wrote behind its target");
        return new ReadOnlySpan<float>(Pointer, _count).ToArray();
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
