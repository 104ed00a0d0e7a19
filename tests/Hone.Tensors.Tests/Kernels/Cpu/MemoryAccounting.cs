namespace Hone.Tensors.Tests.Kernels.Cpu;

/// <summary>Tests that read the tensor pool's counters, which all tests share: they run while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryAccounting
{
    public const string Name = "memory accounting";
}
